"""Messages to givers of money: it arrived, or it is refunded."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from kini.core.actors import system
from kini.messages import actions as messages
from kini.messages.public import MessageType, Recipient, message_types
from kini.together.models import Gift
from kini.web import formats

_WORDS = {
    "number": "DN-7KQ2-M4XD",
    "amount": "Rp 50.000",
    "pool": "Staple food for the coast",
    "address": "https://kini.example/together/gifts/DN-7KQ2-M4XD/",
}
HELD = MessageType(
    "help-money-arrived",
    _("When the money of a gift has arrived in its pool"),
    _WORDS,
    _("Your gift of {amount} has arrived"),
    _("Your gift of {amount} for {pool} has arrived. Thank you. Receipt and what it is spent on: {address}"),
)
REFUNDED = MessageType(
    "help-money-refunded",
    _("When a gift of money is refunded, as its pool closed short or may not take it"),
    _WORDS,
    _("Your gift of {amount} is refunded"),
    _("{pool} cannot take your gift {number}. {amount} will be refunded to you. {address}"),
)
HANDED_OVER = MessageType(
    "help-pool-handed-over",
    _("When another aggregator takes over the pool that a gift went to"),
    _WORDS | {"aggregator": "Example foundation"},
    _("{pool} goes on with {aggregator}"),
    _(
        "The city has handed {pool} over to {aggregator}, which spends it for the same purpose."
        " Your gift of {amount}: {address}"
    ),
)
_TYPES = {"held": HELD, "refunded": REFUNDED, "handed-over": HANDED_OVER}


def register() -> None:
    """Register the message types; called once at start."""
    for each in _TYPES.values():
        message_types.register(each.id, each)


def notify_of_gift(pk: int, state: str) -> None:
    """Notify the giver of a gift's new state; nobody who gave at a counter."""
    gift = Gift.objects.select_related("pool__giver", "giver__owner").filter(pk=pk).first()
    if gift is None or gift.giver.owner is None:
        return
    to, link = Recipient(gift.giver.owner), reverse("together:gift", args=[gift.reference])
    with translation.override(to.language):
        amount = formats.money(gift.amount)
    address = f"{settings.ENV.address}{link}"
    message_type = _TYPES[state]
    words = {"number": gift.reference, "amount": amount, "pool": gift.pool.name, "address": address}
    words |= {"aggregator": gift.pool.giver.name}
    messages.notify(
        by=system("together"),
        to=to,
        message_type=message_type.id,
        key=f"together:gift:{gift.pk}:{state}",
        words={name: value for name, value in words.items() if name in message_type.words},
        link=link,
    )
