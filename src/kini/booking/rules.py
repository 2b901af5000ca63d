"""Rules of slots, booking deadlines and waiting times. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kini.booking.schedule import BookingOptions, Resource

MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A slot of the schedule. Times are aware."""

    resource: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    capacity: int


def planned_slots(
    options: BookingOptions, venue: str, day: date, zone: ZoneInfo, day_off: Callable[[date], bool]
) -> Iterator[PlannedSlot]:
    """The slots of a day at a venue."""
    opens = datetime.combine(day - timedelta(days=options.days), options.opens or MIDNIGHT, zone)
    resources: dict[str, Resource | None] = {**options.resources} or {"": None}
    for name, resource in resources.items():
        if resource and resource.venues and venue not in resource.venues:
            continue
        capacity = (resource.capacity if resource else None) or options.capacity
        for start, end in _spans(options, resource, venue, day, day_off):
            for begins, ends in _parts(datetime.combine(day, start, zone), datetime.combine(day, end, zone), options):
                yield PlannedSlot(name, begins, ends, opens, capacity)


def _spans(
    options: BookingOptions, resource: Resource | None, venue: str, day: date, day_off: Callable[[date], bool]
) -> tuple[tuple[time, time], ...]:
    for exception in options.exceptions:
        if exception.holds(day, venue):
            return exception.hours
    if day_off(day) and not options.holidays:
        return ()
    hours = (resource.hours if resource else None) or options.hours
    return hours.of(day.weekday())


def _parts(start: datetime, end: datetime, options: BookingOptions) -> Iterator[tuple[datetime, datetime]]:
    """Cut a span into slots; a remainder shorter than a slot is dropped."""
    if options.every is None:
        yield start, end
        return
    length = timedelta(minutes=options.every)
    while start + length <= end:
        yield start, start + length
        start += length


def booking_deadline(options: BookingOptions, starts_at: datetime) -> datetime:
    """Latest moment to book a slot. `starts_at` is in the city's time zone."""
    by_hours = starts_at - timedelta(hours=options.lead_hours)
    if not options.lead_days:
        return by_hours
    day = starts_at.date() - timedelta(days=options.lead_days - 1)
    return min(by_hours, datetime.combine(day, MIDNIGHT, starts_at.tzinfo))


def earliest_start(options: BookingOptions, now: datetime) -> datetime:
    """Earliest start of a slot that can be booked `now` (in the city's time zone)."""
    by_hours = now + timedelta(hours=options.lead_hours)
    if not options.lead_days:
        return by_hours
    return max(by_hours, datetime.combine(now.date() + timedelta(days=options.lead_days), MIDNIGHT, now.tzinfo))


def booking_period(once: str, service: str, day: date) -> str:
    """Key of the period in which a person may book the service once."""
    year, week, _weekday = day.isocalendar()
    named = {
        "day": day.isoformat(),
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
        "year": f"{day:%Y}",
        "ever": "",
    }
    return f"{service} {named[once]}".strip()


def waiting_minutes(ahead: int, served: int, since_minutes: float, slot_minutes: float, capacity: int) -> int:
    """Estimate the wait in minutes for a position in the queue, by today's pace or else by the schedule.

    Args:
        served: number of people called within the last `since_minutes`.
    """
    each = since_minutes / served if served >= 3 else slot_minutes / max(1, capacity)
    return max(1, round(ahead * each)) if ahead else 0


def pause_end(missed: Sequence[date], times: int, days: int, today: date) -> date | None:
    """Last day of the pause after missed bookings on these days; None: no pause.

    Args:
        times: number of missed bookings that leads to a pause.
        days: length of the pause, counted from the last missed booking.
    """
    if len(missed) < times:
        return None
    until = max(missed) + timedelta(days=days)
    return until if until > today else None


def example_start(options: BookingOptions, now: datetime, number: int) -> datetime:
    """A bookable start for an example; other numbers give other days. `now` is in the city's time zone."""
    days = {"day": 1, "week": 7, "month": 31, "year": 366, "ever": 1}[options.once]
    first = now + timedelta(hours=options.lead_hours, days=options.lead_days + 1)
    return (first + timedelta(days=days * (number % 5))).replace(hour=9, minute=0, second=0, microsecond=0)
