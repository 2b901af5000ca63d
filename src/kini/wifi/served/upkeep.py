"""Schedule of closing days."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from kini.core import moments
from kini.core.actors import Actor
from kini.wifi import actions
from kini.wifi.models import ClosedDay
from kini.wifi.served import closing, layout

#: Minimum interval between rewrites of a day with late packets.
AGAIN = timedelta(hours=20)


def close(by: Actor, root: Path) -> list[date]:
    """Close every past day, rewrite days with late packets, and update the figures.

    Returns:
        The closed days.
    """
    closed = []
    for day in list(_open()) + list(_changed()):
        actions.note_day(by=by, day=day)
        actions.close_day(by=by, day=day, root=root)
        closed.append(day)
    if closed:
        actions.count_use(by=by, days=[], months=layout.months(closed), root=root)
    return closed


def _open() -> Iterator[date]:
    first, now = closing.oldest(), moments.now()
    known = set(ClosedDay.objects.filter(closed_at__isnull=False).values_list("day", flat=True))
    while first and closing.due(first) <= now:
        if first not in known:
            yield first
        first += timedelta(days=1)


def _changed() -> Iterator[date]:
    now = moments.now()
    found = ClosedDay.objects.filter(late__gt=0, closed_at__lt=now - AGAIN).order_by("day")
    yield from (each.day for each in found if closing.due(each.day) > now - closing.LATEST)
