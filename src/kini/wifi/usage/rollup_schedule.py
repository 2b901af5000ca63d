"""Schedule of closing days."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from kini.core import current_time
from kini.core.actors import Actor
from kini.wifi.usage import actions, rollup, storage
from kini.wifi.usage.models import ClosedDay

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
    if closed:
        actions.count_usage(by=by, days=[], months=storage.months_of(closed), root=root)
    return closed


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
