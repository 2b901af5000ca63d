"""Messages of tracing: the daily question to contacts, and red flags to tracers."""

from datetime import datetime, time

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.core import current_time
from kini.core.actors import system
from kini.core.grants import Scope
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.permissions import EpidemicPermission
from kini.epidemic.tracing.models import Contact
from kini.messages import actions as messages
from kini.messages.models import Message
from kini.messages.public import MessageType, Recipient, message_types
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.people.public import has_profile
from kini.web import formats
from kini.web.formats import city_time

BY = system("epidemic.tracing")
DAILY, RED_FLAG = "contact-daily-check", "contact-red-flag"
#: Until when an answer is wanted; further channels are tried until then.
WANTED_UNTIL = time(20)


def register() -> None:
    """Register the message types; called once at start."""
    for message_type in (
        MessageType(
            DAILY,
            _("Every day, to ask somebody under follow-up by a health centre how they are"),
            {"unit": "Puskesmas", "code": "M4XD", "choices": "1 Demam, 2 Batuk", "last": _("24 November 2026")},
            _("How are you today?"),
            _(
                "{unit} asks how you are, every day until {last}. Reply {code} 0 if you are well. "
                "With symptoms reply {code} and their numbers: {choices}."
            ),
        ),
        MessageType(
            RED_FLAG,
            _("When somebody under follow-up reports a sign of danger"),
            {"number": "CT-7F3K-9Q2M"},
            _("{number}: sign of danger"),
            _("{number} reported a sign of danger. Call at once: the page says what to do."),
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


def ask(contact: Contact) -> Message | None:
    """Ask a contact how they are today, once a day; None for one whom no message reaches: a tracer calls them."""
    to = recipient_of(contact.person)
    tracing = disease_of(contact.disease).tracing
    if to is None or tracing is None or not contact.is_open:
        return None
    now = city_time(current_time.now())
    with translation.override(to.language):
        symptoms = disease_of(contact.disease).symptoms
        words = {
            "unit": str(contact.unit or contact.agency),
            "code": short_code(contact),
            "choices": ", ".join(
                f"{number} {symptoms[name].name}" for number, name in enumerate(tracing.daily_symptoms, 1)
            ),
            "last": formats.day(contact.follow_up_until),
        }
    return messages.notify(
        by=BY,
        to=to,
        message_type=DAILY,
        key=f"epidemic-contact:{contact.pk}:{now.date().isoformat()}",
        words=words,
        link=reverse("epidemic:daily-check", args=[contact.answer_code]) if contact.answer_code else "",
        needed_by=datetime.combine(now.date(), WANTED_UNTIL, now.tzinfo),
        about=messages.MessageScope(contact.agency_id, contact.area_path),
    )


def short_code(contact: Contact) -> str:
    """Return the code that a reply names: the last four characters of the contact's reference."""
    return contact.reference[-4:]


def alert_tracers(contact: Contact, check: int) -> None:
    """Notify the tracers of a contact's area of a red flag, at once and in quiet hours too."""
    scope = Scope(contact.agency_id, contact.area_path)
    for officer in people_queries.officers_with_permission(scope, EpidemicPermission.TRACE_CONTACTS):
        messages.notify(
            by=BY,
            to=Recipient(officer.user),
            message_type=RED_FLAG,
            key=f"epidemic-red-flag:{check}",
            words={"number": contact.reference},
            link=reverse("epidemic:desk-contact", args=[contact.reference]),
            urgent=True,
            about=messages.MessageScope(contact.agency_id, contact.area_path),
        )
