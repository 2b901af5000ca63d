"""Certificates of volunteers' hours as a type of signed document; their subject is a volunteer."""

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.core.actors import Actor, NotAllowed
from kini.core.retention import YEAR
from kini.documents.models import SignedDocument
from kini.documents.public import DocumentRetention, DocumentType
from kini.people.public import legal_holds
from kini.together.volunteers.guards import acts_for_resident
from kini.together.volunteers.models import Volunteer

CERTIFICATE = "together.hours"


def subject_of(volunteer: Volunteer) -> str:
    """Subject of a volunteer's certificates."""
    return f"volunteer:{volunteer.pk}"


class HoursCertificate(DocumentType):
    """Certificates of served hours: for the volunteer, verified by anybody who gets one."""

    title = gettext_lazy("Certificate of volunteer hours")
    retention = DocumentRetention(
        "together.certificates",
        gettext_lazy("Certificates of volunteers' hours"),
        gettext_lazy("Anybody who gets one must be able to check it"),
        5 * YEAR,
    )

    def authorize(self, *, by: Actor, subject: str) -> None:
        self._require_own(by, subject)

    def authorize_read(self, *, by: Actor, document: SignedDocument) -> None:
        self._require_own(by, document.subject)

    def on_hold(self) -> Q:
        held = Volunteer.objects.filter(resident__in=legal_holds.held_resident_ids()).values_list("pk", flat=True)
        return Q(subject__in=[f"volunteer:{pk}" for pk in held])

    def number(self, subject: str, ordinal: int) -> str:
        return f"HOURS-{subject.partition(':')[2]}/{ordinal}"

    def _require_own(self, by: Actor, subject: str) -> None:
        rows = Volunteer.objects.select_related("resident").filter(pk=int(subject.partition(":")[2]))
        volunteer = rows.first()
        if volunteer is None or not acts_for_resident(by, volunteer.resident):
            raise NotAllowed(_("This certificate belongs to another volunteer."))
