"""Personal data of messages: inbox, push subscriptions, inbound messages."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.messages.models import Heard, Message, Preference, Silence, Subscription
from kini.people.data_registry import Basis, Person, PersonalData, Record, personal_data


def _messages(person: Person) -> QuerySet[Message]:
    return Message.objects.filter(Q(user=person.user) | Q(resident=person.resident, user=None))


def _inbox(person: Person) -> Iterator[Record]:
    for message in _messages(person).order_by("at").prefetch_related("deliveries"):
        channels = [each.channel for each in message.deliveries.all()]
        own = {"at": message.at, "subject": message.subject, "text": message.text}
        yield own | {"read_at": message.read_at, "channels": channels}


def _erase_inbox(by: Actor, person: Person) -> int:
    count = _messages(person).count()
    _messages(person).delete()
    Preference.objects.filter(user=person.user).delete()
    Silence.objects.filter(recipient__in=[*_contacts(person), f"devices-{person.user.pk}"]).delete()
    return count


def _browsers(person: Person) -> Iterator[Record]:
    for each in Subscription.objects.filter(user=person.user).order_by("made_at"):
        yield {"endpoint": each.endpoint, "since": each.made_at}


def _erase_browsers(by: Actor, person: Person) -> int:
    count, _rows = Subscription.objects.filter(user=person.user).delete()
    return count


def _contacts(person: Person) -> list[str]:
    return [each for each in (person.user.phone, person.user.email) if each]


def _own_words(person: Person) -> QuerySet[Heard]:
    return Heard.objects.filter(sender__in=_contacts(person))


def _heard(person: Person) -> Iterator[Record]:
    for each in _own_words(person).order_by("at"):
        yield {"at": each.at, "text": each.text, "reply": each.reply}


def _erase_heard(by: Actor, person: Person) -> int:
    count, _rows = _own_words(person).delete()
    return count


def register() -> None:
    """Register the personal data of this room."""
    yourself, when = _("You"), _("When")
    for each in (
        PersonalData(
            "messages.inbox",
            _("Messages"),
            _("Messages from the city and how they were sent"),
            _("To inform you, and to prove that you were informed"),
            Basis.CONTRACT,
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
        PersonalData(
            "messages.browsers",
            _("Browsers"),
            _("Browsers in which you receive messages"),
            _("To notify you immediately"),
            Basis.CONSENT,
            yourself,
            {"endpoint": _("Address"), "since": _("Since")},
            _browsers,
            erase=_erase_browsers,
            optional="browsers",
        ),
        PersonalData(
            "messages.heard",
            _("What you wrote"),
            _("Your messages to the city by SMS or WhatsApp, and the replies"),
            _("To answer you"),
            Basis.CONTRACT,
            yourself,
            {"at": when, "text": _("Text"), "reply": _("Answer")},
            _heard,
            rules=("messages.heard",),
            erase=_erase_heard,
        ),
    ):
        personal_data.register(each.name, each)
