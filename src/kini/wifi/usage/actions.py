"""Close days, and compute usage figures from closed days."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db.models import F

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi.accounting.actions import SUBJECT as ACCOUNTING
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.usage import aggregates, rollup
from kini.wifi.usage.models import ClosedDay, Use

SUBJECT = "wifi:served"
BATCH = 2_000


@action
def prepare_day(*, by: Actor, day: date) -> ClosedDay:
    """Announce that a day is about to close: from now on the collector counts late packets for it.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction(
        ACCOUNTING
    )  # packets that are being imported are either in the table before this, or counted as late
    return ClosedDay.objects.get_or_create(day=day)[0]


@action
def close_day(*, by: Actor, day: date, root: Path) -> ClosedDay:
    """Write a day's sessions to Parquet and compute its figures; can be repeated.

    Args:
        root: folder of closed days.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction(SUBJECT)
    noted = ClosedDay.objects.get(day=day)
    count = rollup.write_day(root, day)
    # Packets that arrived meanwhile may be missing in the file, so they stay counted as late.
    ClosedDay.objects.filter(day=day).update(sessions=count, closed_at=current_time.now(), late=F("late") - noted.late)
    _put(aggregates.usage_of_day(root, day), span=Use.Span.DAY, begins=day)
    audit.record(by=by, action="wifi.day-closed", subject=SUBJECT, detail={"day": str(day), "sessions": count})
    noted.refresh_from_db()
    return noted


@action
def count_usage(*, by: Actor, days: Sequence[date], months: Sequence[date], root: Path) -> int:
    """Recompute the figures of these days, of these months (their first days), and of all time.

    Returns:
        The number of figures.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction(SUBJECT)
    count = sum(_put(figures, span=Use.Span.DAY, begins=day) for day, figures in aggregates.usage_of_days(root, days))
    count += sum(_put(aggregates.usage_of_month(root, month), span=Use.Span.MONTH, begins=month) for month in months)
    count += _put(aggregates.usage_of_all_time(root), span=Use.Span.ALL)
    audit.record(by=by, action="wifi.use-counted", subject=SUBJECT, detail={"figures": count})
    return count


def _put(figures: list[Use], **which: object) -> int:
    Use.objects.filter(**which).delete()
    return len(Use.objects.bulk_create(figures, batch_size=BATCH))
