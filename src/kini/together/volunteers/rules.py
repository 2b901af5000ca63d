"""Pure rules of shifts: days and times in the city's time, check-in, served minutes."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Time before the start from which volunteers check in, and lateness that still counts from the start.
EARLY, GRACE = timedelta(minutes=45), timedelta(minutes=15)
#: Time after the end in which an organizer or officer can still record who came.
RECORD_WITHIN = timedelta(days=7)


def days_of(
    first_day: date, last_day: date, weekdays: Iterable[int], every_weeks: int, since: date, until: date
) -> Iterator[date]:
    """Yield the days of an activity from `since` to `until`, both included.

    Args:
        weekdays: 1 (Monday) to 7; empty: the first day only.
        every_weeks: 2: every second week, counted from the Monday of the first day's week.
    """
    chosen = set(weekdays)
    if not chosen:
        if since <= first_day <= until:
            yield first_day
        return
    monday = first_day - timedelta(days=first_day.weekday())
    day = max(first_day, since)
    while day <= min(last_day, until):
        if day.isoweekday() in chosen and (day - monday).days // 7 % every_weeks == 0:
            yield day
        day += timedelta(days=1)


def span(day: date, begins: time, minutes: int, timezone: ZoneInfo) -> tuple[datetime, datetime]:
    """Start and end of a shift in UTC: the start by the city's clocks on that day, the end by elapsed time."""
    start = datetime.combine(day, begins, timezone).astimezone(UTC)
    return start, start + timedelta(minutes=minutes)


def served_minutes(starts_at: datetime, ends_at: datetime, came_at: datetime) -> int:
    """Minutes that count for somebody who came then: all of them up to 15 minutes after the start, else the rest."""
    begin = starts_at if came_at <= starts_at + GRACE else min(came_at, ends_at)
    return int((ends_at - begin).total_seconds() // 60)


def may_check_in(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """True from 45 minutes before the start until the end."""
    return starts_at - EARLY <= now <= ends_at


def may_record_who_came(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """True from 45 minutes before the start until a week after the end."""
    return starts_at - EARLY <= now <= ends_at + RECORD_WITHIN
