"""Personal data of messages: inbox, push subscriptions, inbound messages."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.messages.models import InboundMessage, Message, OptOut, Preference, Subscription
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories


def _messages(person: DataSubject) -> QuerySet[Message]:
    return Message.objects.filter(Q(user=person.user) | Q(resident=person.resident, user=None))


def _inbox(person: DataSubject) -> Iterator[DataRecord]:
    for message in _messages(person).order_by("at").prefetch_related("deliveries"):
        channels = [each.channel for each in message.deliveries.all()]
        own = {"at": message.at, "subject": message.subject, "text": message.text}
        yield own | {"read_at": message.read_at, "channels": channels}


def _erase_inbox(by: Actor, person: DataSubject) -> int:
    count = _messages(person).count()
    _messages(person).delete()
    Preference.objects.filter(user=person.user).delete()
    OptOut.objects.filter(recipient__in=[*_contacts(person), f"devices-{person.user.pk}"]).delete()
    return count


def _browsers(person: DataSubject) -> Iterator[DataRecord]:
    for each in Subscription.objects.filter(user=person.user).order_by("made_at"):
        yield {"endpoint": each.endpoint, "since": each.made_at}


def _erase_browsers(by: Actor, person: DataSubject) -> int:
    count, _rows = Subscription.objects.filter(user=person.user).delete()
    return count


def _contacts(person: DataSubject) -> list[str]:
    return [each for each in (person.user.phone, person.user.email) if each]


def _own_words(person: DataSubject) -> QuerySet[InboundMessage]:
    return InboundMessage.objects.filter(sender__in=_contacts(person))


def _heard(person: DataSubject) -> Iterator[DataRecord]:
    for each in _own_words(person).order_by("at"):
        yield {"at": each.at, "text": each.text, "reply": each.reply}


def _erase_heard(by: Actor, person: DataSubject) -> int:
    count, _rows = _own_words(person).delete()
    return count


def register() -> None:
    """Register the personal data of this room."""
    yourself, when = _("You"), _("When")
    for each in (
        PersonalDataCategory(
            "messages.inbox",
            _("Messages"),
            _("Messages from the city and how they were sent"),
            _("To inform you, and to prove that you were informed"),
            LegalBasis.CONTRACT,
            _("You; officers see undelivered messages"),
            {
                "at": when,
                "subject": _("Subject"),
                "text": _("Text"),
                "read_at": _("Read"),
                "channels": _("Channels"),
            },
            _inbox,
            rules=("messages.inbox", "core.outbox"),
            erase=_erase_inbox,
        ),
        PersonalDataCategory(
            "messages.browsers",
            _("Browsers"),
            _("Browsers in which you receive messages"),
            _("To notify you immediately"),
            LegalBasis.CONSENT,
            yourself,
            {"endpoint": _("Address"), "since": _("Since")},
            _browsers,
            erase=_erase_browsers,
            optional="browsers",
        ),
        PersonalDataCategory(
            "messages.heard",
            _("What you wrote"),
            _("Your messages to the city by SMS or WhatsApp, and the replies"),
            _("To answer you"),
            LegalBasis.CONTRACT,
            yourself,
            {"at": when, "text": _("Text"), "reply": _("Answer")},
            _heard,
            rules=("messages.heard",),
            erase=_erase_heard,
        ),
    ):
        personal_data_categories.register(each.name, each)
