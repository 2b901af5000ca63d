"""Certificate of a volunteer's hours, signed by the agency of mutual help."""

from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.models import Agency
from kini.city.public import pack
from kini.core import current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.documents import actions as document_actions
from kini.documents.models import OPEN_STATES, SignedDocument
from kini.documents.rules import ContentRow, DocumentContent, printable_text
from kini.services.models import Service
from kini.together.programmes import giving
from kini.together.volunteers import queries
from kini.together.volunteers.certificate_type import CERTIFICATE, subject_of
from kini.together.volunteers.guards import require_own
from kini.together.volunteers.models import Volunteer
from kini.web import formats

TEMPLATE = "volunteer-hours"


@action
def issue_certificate(*, by: Actor, volunteer: Volunteer) -> SignedDocument:
    """Issue a certificate of all hours until now; it replaces the one before. Without the agency's key it waits.

    Raises:
        NotAllowed: anybody but the volunteer and those who may act for them.
        ActionRefused: no hours are recorded, or the city has no agency of mutual help.
    """
    require_own(by, volunteer)
    agency = _agency()
    if not queries.served_hours(volunteer) or agency is None:
        raise ActionRefused(_("No hours are recorded yet. They count when a shift is over."))
    language = pack.current().languages[0]
    before = SignedDocument.objects.filter(type=CERTIFICATE, subject=subject_of(volunteer), state__in=OPEN_STATES)
    with translation.override(language):
        content = _content(volunteer, agency)
    document = document_actions.issue_document(
        by=by,
        document_type=CERTIFICATE,
        subject=subject_of(volunteer),
        template=TEMPLATE,
        content=content,
        language=language,
        agency=agency,
        issued_at=current_time.now(),
        replaces=before.order_by("-ordinal").first(),
    )
    return document_actions.sign_document(by=by, document=document)


def _agency() -> Agency | None:
    known = giving()
    service = Service.objects.select_related("agency").filter(pk=known.service).first() if known else None
    return service.agency if service else None


def _content(volunteer: Volunteer, agency: Agency) -> DocumentContent:
    """Name, all hours, and a row for each activity; in the active language."""
    served = queries.served_hours(volunteer)
    minutes = sum(each.minutes for each in served)
    rows = [
        ContentRow("name", _("Name"), printable_text(volunteer.resident.name)),
        ContentRow("hours", _("Hours in all"), formats.number(round(minutes / 60, 1))),
        ContentRow("shifts", _("Shifts"), str(sum(each.shifts for each in served))),
    ]
    for number, each in enumerate(served, 1):
        days = (
            formats.day(each.first)
            if each.first == each.last
            else f"{formats.day(each.first)} – {formats.day(each.last)}"
        )
        hours = _("%(hours)s hours, %(days)s") % {"hours": formats.number(round(each.minutes / 60, 1)), "days": days}
        rows.append(ContentRow(f"activity-{number}", printable_text(each.activity), hours))
    return DocumentContent(
        title=_("Certificate of volunteer hours"),
        service=_("Mutual help"),
        agency=str(agency.title),
        unit="",
        decider="",
        city=str(pack.current().name),
        dated=formats.day(current_time.now()),
        until="",
        rows=tuple(rows),
    )
