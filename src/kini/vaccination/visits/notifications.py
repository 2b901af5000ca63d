"""Messages of visits: how are you after the dose, serious events to the health agency, decided disputes."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.core import current_time
from kini.core.actors import system
from kini.core.grants import Scope
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.public import details_of
from kini.vaccination.campaigns.campaign_files import vaccine_name
from kini.vaccination.doses.models import Dose, DoseDispute
from kini.vaccination.permissions import VaccinationPermission
from kini.vaccination.registrations.notifications import recipient_of
from kini.vaccination.visits.models import AdverseEvent, FollowUp
from kini.web import formats

BY = system("vaccination.visits")
FOLLOW_UP, SERIOUS = "dose-follow-up", "adverse-event-serious"
DISPUTE, MOVED = "dose-dispute-decided", "dose-moved-here"
#: Decisions of `DoseDispute` in the words of their messages.
DECISIONS = {
    "moved": _("Dose {number} is no longer in your record: it was given to somebody else."),
    "corrected": _("Dose {number} in your record was corrected."),
    "entered-in-error": _("Dose {number} is no longer in your record: nobody got it."),
    "kept": _("Dose {number} stays in your record as it is."),
}


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
        MessageType(
            DISPUTE,
            _("When a dose that somebody disputed was checked"),
            {
                "number": "VC-7KQ2-M4XD",
                "decision": DECISIONS["moved"],
                "answer": _("The card of that day has another number."),
            },
            _("{number}: your message was checked"),
            _("{decision} Answer: {answer}"),
        ),
        MessageType(
            MOVED,
            _("When a dose that stood in somebody else's record was moved to the person who got it"),
            {
                "person": "Rahmawati",
                "number": "VC-7KQ2-M4XD",
                "vaccine": "CoronaVac",
                "day": _("24 November 2026"),
                "place": "Puskesmas",
                "address": "https://kini.example/vaccination/doses/",
            },
            _("{person}: a dose was added to the record"),
            _(
                "Dose {number} ({vaccine}, {day}, {place}) is in the record of {person} now. It was under another "
                "number by mistake. If {person} did not get it, tell us on the page of the doses."
            ),
        ),
    ):
        message_types.register(message_type.id, message_type)


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


def tell_right_person(dose: Dose) -> None:
    """Tell the person to whom a dose was moved, or who acts for them; of the former person it says nothing."""
    person = people_queries.root_of(dose.person)
    to = recipient_of(person)
    if to is None:
        return
    with translation.override(to.language):
        words = {
            "person": details_of(person).name,
            "number": dose.reference,
            "vaccine": vaccine_name(dose.vaccine),
            "day": formats.day(dose.given_on),
            "place": dose.site.name if dose.site else dose.elsewhere,
            "address": f"{settings.ENV.address}{reverse('vaccination:own-doses')}",
        }
    messages.notify(
        by=BY,
        to=to,
        message_type=MOVED,
        key=f"dose-moved-here:{dose.pk}:{dose.version}",
        words=words,
        link=reverse("vaccination:own-doses"),
    )


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


def answer_dispute(filed: DoseDispute) -> None:
    """Tell who disputed a dose what was decided and why, with the page of their doses."""
    if filed.filed_by is None:
        return
    to = Recipient(filed.filed_by, Resident.objects.filter(user=filed.filed_by).first())
    number = filed.dose.reference
    with translation.override(to.language):
        decision = str(DECISIONS[filed.decision]).format(number=number)
    messages.notify(
        by=BY,
        to=to,
        message_type=DISPUTE,
        key=f"vaccination-dispute:{filed.pk}",
        words={"number": number, "decision": decision, "answer": filed.answer},
        link=reverse("vaccination:own-doses"),
        about=messages.MessageScope(filed.dose.agency_id, filed.dose.site_area_path),
    )
