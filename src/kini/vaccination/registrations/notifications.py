"""Messages about appointments and doses: what, when, where, by when, what to bring."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.models import Message
from kini.messages.public import MessageType, Recipient, message_types
from kini.people import queries as people_queries
from kini.people.models import Person, Resident, User
from kini.people.public import details_of, has_profile
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.registrations import queries
from kini.vaccination.registrations.models import NextDose, Registration
from kini.web import formats

BY = system("vaccination.registration")
TAKEN, TOMORROW, TURN = "vaccination-appointment", "vaccination-tomorrow", "vaccination-turn"
ABSENT, DUE, MISSED = "vaccination-absent", "vaccination-dose-due", "vaccination-dose-missed"
_PERSON: Mapping[str, str | Promise] = {
    "person": "Rahmawati",
    "campaign": gettext_lazy("COVID-19 vaccination"),
    "address": "https://kini.example/vaccination/",
}
_APPOINTMENT: Mapping[str, str | Promise] = {
    **_PERSON,
    "dose": "2",
    "when": gettext_lazy("Tuesday, 24 November 2026, 09.00"),
    "place": "Puskesmas A",
    "bring": gettext_lazy("identity card or family card, if there is one"),
    "number": "VR-7KQ2-M4XD",
}
_NEXT: Mapping[str, str | Promise] = {
    **_PERSON,
    "dose": "2",
    "from": gettext_lazy("24 November 2026"),
    "until": gettext_lazy("22 December 2026"),
}


def register() -> None:
    """Register the message types; called once at start."""
    for message_type in (
        MessageType(
            TAKEN,
            gettext_lazy("When somebody got an appointment for a vaccination, or another one"),
            _APPOINTMENT,
            gettext_lazy("{person}: appointment on {when}"),
            gettext_lazy("{campaign}, dose {dose}, for {person}: {when}, {place}. Bring: {bring}. Number {number}."),
        ),
        MessageType(
            TOMORROW,
            gettext_lazy("The day before an appointment for a vaccination"),
            _APPOINTMENT,
            gettext_lazy("{person}: appointment tomorrow"),
            gettext_lazy(
                "Tomorrow is the appointment of {person}: {campaign}, dose {dose}, {when}, {place}. Bring: {bring}. "
                "Number {number}. If you cannot come, cancel or move it, so that the place is free for others."
            ),
        ),
        MessageType(
            TURN,
            gettext_lazy("When the turn of somebody registered for a vaccination has come"),
            {**_PERSON, "dose": "1"},
            gettext_lazy("{person}: choose a place and a time"),
            gettext_lazy("{campaign}, dose {dose}: it is the turn of {person}. Choose a place and a time now."),
        ),
        MessageType(
            ABSENT,
            gettext_lazy("When somebody did not come to an appointment for a vaccination, or the place was closed"),
            _APPOINTMENT,
            gettext_lazy("{person}: choose another time"),
            gettext_lazy(
                "The appointment of {person} ({campaign}, dose {dose}, {when}, {place}) did not take place. You stay "
                "registered: choose another time."
            ),
        ),
        MessageType(
            DUE,
            gettext_lazy("Some days before the next dose is due"),
            _NEXT,
            gettext_lazy("{person}: next dose from {from}"),
            gettext_lazy("{campaign}: dose {dose} of {person} is due from {from} on. Choose a place and a time."),
        ),
        MessageType(
            MISSED,
            gettext_lazy("When the next dose was not taken by its last recommended day"),
            _NEXT,
            gettext_lazy("{person}: a dose is overdue"),
            gettext_lazy(
                "{campaign}: dose {dose} of {person} was due by {until}. It is not too late and nothing starts over. "
                "Choose a place and a time, or come to the site of the last dose."
            ),
        ),
    ):
        message_types.register(message_type.id, message_type)


def recipient_of(person: Person, registrar: User | None = None) -> Recipient | None:
    """Return who gets messages about a person: themselves, their family, or who registered them; None: nobody."""
    if has_profile(person):
        resident = person.resident
        if resident.user_id or resident.phone or resident.email:
            return Recipient(resident.user, resident)
        tie = resident.tied_by.select_related("resident__user").order_by("pk").first()
        if tie:
            return Recipient(tie.resident.user, tie.resident)
    if registrar is None:
        rows = Registration.objects.filter(
            person__in=people_queries.person_tree(person.pk), registered_by__isnull=False, channel__in=("web", "sms")
        )
        row = rows.select_related("registered_by").order_by("-pk").first()
        registrar = row.registered_by if row else None
    if registrar is None:
        return None
    return Recipient(registrar, Resident.objects.filter(user=registrar).first())


def tell(message_type: str, registration: Registration, key: str) -> Message | None:
    """Send a message about a registration; None if nobody is reached."""
    to = recipient_of(registration.person, registration.registered_by)
    if to is None:
        return None
    link = reverse("vaccination:registration", args=[registration.reference])
    with translation.override(to.language):
        words = words_of(registration) | {"address": f"{settings.ENV.address}{link}"}
    slot = registration.booking.slot if registration.booking else None
    return messages.notify(
        by=BY,
        to=to,
        message_type=message_type,
        key=f"{message_type}:{registration.pk}:{key}",
        words=words,
        link=link,
        needed_by=slot.starts_at if slot and message_type == TOMORROW else None,
    )


def words_of(registration: Registration) -> dict[str, str]:
    """Return what messages about a registration say, with all doses of its appointment."""
    words = {
        "person": details_of(registration.person).name,
        "campaign": str(campaign_of(registration.campaign).name),
        "dose": ", ".join(each.dose_name for each in queries.members_of(registration)),
    }
    if registration.booking:
        slot = registration.booking.slot
        words["when"] = f"{formats.day_long(slot.starts_at)}, {formats.clock(slot.starts_at)}"
        words["place"] = place_name(registration)
        words["bring"] = ", ".join(bring(registration))
        words["number"] = registration.booking.reference
    return words


def place_name(registration: Registration) -> str:
    """Return the site of an appointment with its area."""
    assert registration.booking
    site = registration.booking.slot.vaccination_session.site
    return f"{site.name}, {site.area.name}"


def bring(registration: Registration) -> list[str]:
    """Return what to bring: identity document, and the proof of each stated group."""
    groups = campaign_of(registration.campaign).groups
    proofs = [str(groups[name].proof) for name in registration.proofs if name in groups and groups[name].proof]
    return [_("identity card or family card, if there is one"), *proofs]


def tell_next(message_type: str, dose: NextDose) -> Message | None:
    """Send a message about a next dose; None if nobody is reached: the site calls."""
    to = recipient_of(dose.person)
    if to is None:
        return None
    link = reverse("vaccination:person", args=[dose.campaign, dose.person_id])
    with translation.override(to.language):
        words = {
            "address": f"{settings.ENV.address}{link}",
            "person": details_of(dose.person).name,
            "campaign": str(campaign_of(dose.campaign).name),
            "dose": dose.dose_name,
            "from": formats.day(dose.due_on),
            "until": formats.day(dose.missed_after or dose.due_on),
        }
    needed = formats.city_time(datetime.combine(dose.due_on + timedelta(days=7), time(17)).astimezone())
    return messages.notify(
        by=BY,
        to=to,
        message_type=message_type,
        key=f"{message_type}:{dose.pk}:{dose.number}:{dose.due_on}",
        words=words,
        link=link,
        needed_by=needed if message_type == DUE else None,
    )
