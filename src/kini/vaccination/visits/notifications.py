"""Messages of visits: how are you after the dose, serious events to the health agency, decided disputes."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kini.core import current_time
from kini.core.actors import system
from kini.core.grants import Scope
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.people.public import has_profile
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.visits.models import AdverseEvent, FollowUp
from kini.web import formats

BY = system("vaccination.visits")
FOLLOW_UP, SERIOUS = "dose-follow-up", "adverse-event-serious"


def register() -> None:
    """Register the message types; called once at start."""
    for message_type in (
        MessageType(
            FOLLOW_UP,
            _("Some days after a vaccination, to ask how somebody is"),
            {"day": _("24 November 2026"), "place": "Puskesmas", "code": "M4XD"},
            _("How are you after the vaccination?"),
            _(
                "You were vaccinated on {day} at {place}. Reply V {code} 0 if you are well, V {code} 1 with slight "
                "complaints, V {code} 2 if you are seriously ill. In danger call 112."
            ),
        ),
        MessageType(
            SERIOUS,
            _("When a serious event after a vaccination was reported"),
            {"number": "AE-7F3K-9Q2M"},
            _("{number}: serious event after a vaccination"),
            _("{number} was reported as serious. Look at it and write what was found."),
        ),
    ):
        message_types.register(message_type.id, message_type)


def recipient_of(person: Person) -> Recipient | None:
    """Return who gets the messages to a person: themselves, or the one who acts for them; None without a profile."""
    if not has_profile(person):
        return None
    resident = person.resident
    if resident.user_id or resident.phone or resident.email:
        return Recipient(resident.user, resident)
    tie = resident.tied_by.select_related("resident__user").order_by("pk").first()
    return Recipient(tie.resident.user, tie.resident) if tie else None


def short_code(follow_up: FollowUp) -> str:
    """Return the code that a reply names: the last four characters of the dose's reference."""
    return follow_up.dose.reference[-4:]


def ask(follow_up: FollowUp) -> None:
    """Ask how somebody is; once. Whom no message reaches is called by the site, which lists them."""
    dose = follow_up.dose
    to = recipient_of(people_queries.root_of(dose.person))
    if to is not None and dose.state == "given" and not follow_up.feeling:
        messages.notify(
            by=BY,
            to=to,
            message_type=FOLLOW_UP,
            key=f"vaccination-follow-up:{follow_up.pk}",
            words={
                "day": formats.day(dose.given_on),
                "place": dose.site.name if dose.site else dose.elsewhere,
                "code": short_code(follow_up),
            },
            link=reverse("vaccination:follow-up", args=[follow_up.code]),
            about=messages.MessageScope(dose.agency_id, dose.site_area_path),
        )
    FollowUp.objects.filter(pk=follow_up.pk, asked_at=None).update(asked_at=current_time.now())


def alert_reviewers(event: AdverseEvent) -> None:
    """Notify those who review events of the dose's area, at once and in quiet hours too."""
    scope = Scope(event.dose.agency_id, event.dose.site_area_path)
    for officer in people_queries.officers_with_permission(scope, VaccinationPermission.REVIEW_EVENTS):
        messages.notify(
            by=BY,
            to=Recipient(officer.user),
            message_type=SERIOUS,
            key=f"vaccination-event:{event.pk}",
            words={"number": event.reference},
            link=reverse("vaccination:desk-events"),
            urgent=True,
            about=messages.MessageScope(scope.agency, scope.area_path),
        )
