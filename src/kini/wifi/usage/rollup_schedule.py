"""Schedule of closing days."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from kini.core import current_time
from kini.core.actors import Actor
from kini.wifi.usage import actions, month_counts, rollup, storage
from kini.wifi.usage.models import ClosedDay, Use

#: Minimum interval between rewrites of a day with late packets.
AGAIN = timedelta(hours=20)


def close_due_days(by: Actor, root: Path) -> list[date]:
    """Close every past day, rewrite days with late packets, and update the figures.

    Returns:
        The closed days.
    """
    closed = []
    for day in list(_open()) + list(_changed()):
        actions.prepare_day(by=by, day=day)
        actions.close_day(by=by, day=day, root=root)
        closed.append(day)
    months = storage.months_of([*closed, *_uncounted_months()])
    for month in months:
        month_counts.refresh_counts(root, month)  # outside of the transaction, since it takes long
    if months:
        actions.count_usage(by=by, days=[], months=months, root=root)
    return closed


def _uncounted_months() -> list[date]:
    """List the months whose figures are not those of their days, since closing was interrupted."""
    sums = [Sum(name) for name in month_counts.SUMS]
    days = ClosedDay.objects.filter(closed_at__isnull=False).values("day")
    of_days = Use.objects.filter(span="day", by="city", begins__in=days).annotate(month=TruncMonth("begins"))
    of_months = Use.objects.filter(span="month", by="city").values_list("begins", *month_counts.SUMS)
    return [month for month, *_sums in {*of_days.values_list("month").annotate(*sums)} - {*of_months}]


def _open() -> Iterator[date]:
    first, now = rollup.oldest_day(), current_time.now()
    known = set(ClosedDay.objects.filter(closed_at__isnull=False).values_list("day", flat=True))
    while first and rollup.rollup_due_at(first) <= now:
        if first not in known:
            yield first
        first += timedelta(days=1)


def _changed() -> Iterator[date]:
    now = current_time.now()
    changed = ClosedDay.objects.filter(late__gt=0, closed_at__lt=now - AGAIN).order_by("day")
    yield from (each.day for each in changed if rollup.rollup_due_at(each.day) > now - rollup.LATEST)
