"""Reads of pools, gifts and payouts."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from kini.core import current_time
from kini.together.models import Gift, Payout, Pledge, Pool
from kini.together.queries import givers_of
from kini.together.rules import SMALLEST_COUNT
from kini.web.formats import today


def public_pools() -> QuerySet[Pool]:
    """Pools: those that take gifts first, then the reached ones. Short ones are not listed."""
    rows = Pool.objects.select_related("giver").prefetch_related("giver__permits").exclude(state="short")
    return rows.exclude(state="open", closes_on__lt=today()).order_by("state", "closes_on", "-pk")


def takes_gifts(pool: Pool) -> bool:
    """True if a gift may be promised today, as far as can be said without trying."""
    permits = pool.giver.permits.all()
    valid = any(each.valid_from <= today() <= each.valid_until for each in permits)
    return pool.state == "open" and pool.closes_on >= today() and pool.left > 0 and valid and not frozen(pool)


def frozen(pool: Pool) -> bool:
    """True while the aggregator is suspended: no gift comes in, and no money goes out."""
    return pool.giver.suspended_at is not None


def publishable_gifts(pool: Pool) -> int | None:
    """Number of gifts that arrived; None while it is small."""
    count = pool.gifts.filter(state="held").count()
    return count if count >= SMALLEST_COUNT else None


def gifts_of(user_id: int) -> QuerySet[Gift]:
    """Gifts of money of all givers for which an account acts, the latest first."""
    rows = Gift.objects.filter(giver__in=givers_of(user_id).values("pk"))
    return rows.select_related("pool", "giver", "bill").order_by("-pk")


def pools_of(user_id: int) -> QuerySet[Pool]:
    """Pools of the aggregators for which an account acts."""
    return Pool.objects.filter(giver__in=givers_of(user_id).values("pk")).order_by("-pk")


def payable_pledges(pool: Pool) -> QuerySet[Pledge]:
    """Pledges of the pool's aggregator for which money may be proposed."""
    rows = Pledge.objects.filter(giver=pool.giver, line__need__programme=pool.programme)
    rows = rows.filter(state__in=("confirmed", "on-the-way", "delivered", "disputed", "received"))
    paid = Payout.objects.filter(~Q(state__in=("declined", "returned")), pledge__isnull=False).values("pledge")
    return rows.exclude(pk__in=paid).select_related("line__need__beneficiary__area").order_by("-pk")


def gifts_to_lapse() -> Iterable[Gift]:
    """Gifts whose money did not arrive in time."""
    rows = Gift.objects.filter(state="promised", held_until__lte=current_time.now())
    return rows.exclude(fraud_holds__state="open").order_by("pk").iterator()


def pools_to_close() -> Iterable[Pool]:
    """Open pools whose last day is over."""
    return Pool.objects.filter(state="open", closes_on__lt=today()).order_by("pk").iterator()


def gifts_to_refund() -> Iterable[Gift]:
    """Gifts held by pools that closed short."""
    return Gift.objects.filter(state="held", pool__state="short").order_by("pk").iterator()
