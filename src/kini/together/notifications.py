"""Messages about pledges, to their two sides."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.people.models import User
from kini.together.models import Pledge
from kini.together.programmes import package_of
from kini.web import formats

_WORDS = {
    "number": "JB-7KQ2-M4XD",
    "quantity": "40",
    "package": "Staple food",
    "place": "RW 03",
    "address": "https://kini.example/together/pledges/JB-7KQ2-M4XD/",
}
COMING = MessageType(
    "help-coming",
    _("When a giver has confirmed what comes to a neighbourhood or institution, with the receiver's code"),
    _WORDS | {"day": "3 April 2026", "code": "482913"},
    _("{quantity} x {package} for {place} on {day}"),
    _(
        "{quantity} x {package} come to {place} on {day}. Tell the deliverer the code {code} only when you have counted"
        " what is there. Then say what arrived: {address}"
    ),
)
ENDED = MessageType(
    "help-pledge-ended",
    _("When a pledge lapsed, was refused, or was withdrawn by the city"),
    _WORDS | {"reason": "The need has ended."},
    _("Your pledge {number} has ended"),
    _("Your pledge of {quantity} x {package} for {place} has ended. {reason} {address}"),
)
RECEIVED = MessageType(
    "help-received",
    _("When a delivery was counted and received"),
    _WORDS,
    _("{place} has received your help"),
    _("{place} has received your help: {quantity} x {package}. Thank you. {address}"),
)


def register() -> None:
    """Register the message types; called once at start."""
    for each in (COMING, ENDED, RECEIVED):
        message_types.register(each.id, each)


def notify_of(pk: int, state: str) -> None:
    """Notify the side that must know of a pledge's new state."""
    related = ("line__need__beneficiary__contact", "giver__owner", "delivery")
    pledge = Pledge.objects.select_related(*related).filter(pk=pk).first()
    if pledge is None:
        return
    if state == "confirmed" and (contact := pledge.line.need.beneficiary.contact):
        _send(pledge, state, COMING, contact)
    elif state == "received" and (owner := pledge.giver.owner):
        _send(pledge, state, RECEIVED, owner)
    elif state in ("lapsed", "refused", "withdrawn") and pledge.state == state and (owner := pledge.giver.owner):
        _send(pledge, state, ENDED, owner)


def _send(pledge: Pledge, state: str, message_type: MessageType, user: User) -> None:
    place, link = pledge.line.need.beneficiary, reverse("together:pledge", args=[pledge.reference])
    package = package_of(pledge.line.need.programme, pledge.line.package)
    delivery = getattr(pledge, "delivery", None)
    to = Recipient(user)
    with translation.override(to.language):
        words = {
            "number": pledge.reference,
            "quantity": str(delivery.agreed_quantity if delivery and state == "received" else pledge.quantity),
            "package": str(package.name) if package else pledge.line.package,
            "place": place.name,
            "address": f"{settings.ENV.address}{link}",
            "day": formats.day(pledge.deliver_on) if pledge.deliver_on else "",
            "code": pledge.code,
            "reason": pledge.reason,
        }
    messages.notify(
        by=system("together"),
        to=to,
        message_type=message_type.id,
        key=f"together:{pledge.pk}:{state}",
        words={name: value for name, value in words.items() if name in message_type.words},
        link=link,
    )
