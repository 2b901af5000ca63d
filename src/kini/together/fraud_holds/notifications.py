"""Messages about holds: to the side that is held, with the reason; to the head when the time is over."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.people.models import User
from kini.together.fraud_holds import queries
from kini.together.fraud_holds.labels import RULES, SHOWN
from kini.together.models import FraudHold
from kini.web import formats

_WORDS = {
    "number": "JB-7KQ2-M4XD",
    "reason": "Far more than is usual.",
    "address": "https://kini.example/together/pledges/JB-7KQ2-M4XD/",
}
HELD = MessageType(
    "help-held",
    _("When a pledge, gift or payout is checked against fraud before it moves on"),
    _WORDS | {"show": "Show the office that you have this much.", "until": "3 April 2026, 10:00"},
    _("{number} is checked first"),
    _("{number} is checked before it moves on. {reason}. {show} An officer decides by {until}. {address}"),
)
RELEASED = MessageType(
    "help-released",
    _("When something that was checked against fraud may move on"),
    _WORDS,
    _("{number} may go on"),
    _("{number} was checked and may go on. {address}"),
)
STOPPED = MessageType(
    "help-stopped",
    _("When something that was checked against fraud was refused, or nobody checked it in time"),
    _WORDS,
    _("{number} was stopped"),
    _("{number} was stopped. {reason} If this is wrong, tell the office. {address}"),
)
ESCALATED = MessageType(
    "help-hold-late",
    _("To the head: when nobody decided in time about something that is held against fraud"),
    _WORDS | {"until": "5 April 2026, 10:00"},
    _("{number} waits for your decision"),
    _("{number} was held and not checked in time. {reason}. Decide by {until}; after that it ends. {address}"),
)
_TYPES = {"open": HELD, "released": RELEASED, "refused": STOPPED, "expired": STOPPED}


def register() -> None:
    """Register the message types; called once at start."""
    for each in (HELD, RELEASED, STOPPED, ESCALATED):
        message_types.register(each.id, each)


def notify_of_hold(pk: int, state: str) -> None:
    """Tell the side that is held, or the head, about a hold's new state."""
    hold = queries.all_holds().select_related("owner").filter(pk=pk).first()
    if hold is None:
        return
    if state == "escalated":
        if hold.owner:
            _send(hold, state, ESCALATED, hold.owner, reverse("together:desk-holds"))
        return
    _apart, giver = queries.sides(hold)
    if giver.owner:
        _send(hold, state, _TYPES[state], giver.owner, address_of(hold))


def address_of(hold: FraudHold) -> str:
    """Path of the page where its side sees what is held."""
    if hold.pledge:
        return reverse("together:pledge", args=[hold.pledge.reference])
    if hold.gift:
        return reverse("together:gift", args=[hold.gift.reference])
    assert hold.payout
    return reverse("together:pool", args=[hold.payout.pool.reference])


def number_of(hold: FraudHold) -> str:
    """Number of what is held."""
    assert hold.pledge or hold.gift or hold.payout
    return str(hold.pledge or hold.gift or (hold.payout and hold.payout.pool))


def _send(hold: FraudHold, state: str, message_type: MessageType, user: User, link: str) -> None:
    to = Recipient(user)
    with translation.override(to.language):
        words = {
            "number": number_of(hold),
            "reason": hold.reason or str(RULES[hold.rule]),
            "show": str(SHOWN[hold.rule]),
            "until": formats.moment(hold.due_at),
            "address": f"{settings.ENV.address}{link}",
        }
    messages.notify(
        by=system("together"),
        to=to,
        message_type=message_type.id,
        key=f"together:hold:{hold.pk}:{state}",
        words={name: value for name, value in words.items() if name in message_type.words},
        link=link,
    )
