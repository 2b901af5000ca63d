"""Work of the worker: paid gifts are held, unpaid ones lapse, pools close and give back."""

from uuid import UUID

from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.payments.events import BillPaid
from kini.together.events import GiftChanged
from kini.together.models import Gift
from kini.together.money import actions, notifications, queries

BY = system("together")


def _gift_of(event: BillPaid) -> Gift | None:
    return Gift.objects.filter(bill__payments=UUID(event.payment)).first()


@subscribe(BillPaid, name="together.take_gift", only=lambda event: _gift_of(event) is not None)
def take_gift(event: BillPaid) -> None:
    """Hold the money of a gift."""
    if gift := _gift_of(event):
        actions.take_gift(by=BY, gift=gift)


@periodic("*/10 * * * *", name="together.lapse_gifts")
def lapse_gifts() -> None:
    """Let gifts lapse whose money did not arrive, each in its own transaction."""
    for gift in queries.gifts_to_lapse():
        actions.lapse_gift(by=BY, gift=gift)


@periodic("20 * * * *", name="together.close_pools")
def close_pools() -> None:
    """Close pools whose last day is over, and refund the gifts of those that closed short."""
    for pool in queries.pools_to_close():
        actions.close_pool(by=BY, pool=pool)
    for gift in queries.gifts_to_refund():
        actions.refund_gift(by=BY, gift=gift)


@subscribe(
    GiftChanged, name="together.notify_gift", only=lambda event: event.state in ("held", "refunded", "handed-over")
)
def notify_gift(event: GiftChanged) -> None:
    """Tell the giver."""
    notifications.notify_of_gift(event.gift, event.state)
