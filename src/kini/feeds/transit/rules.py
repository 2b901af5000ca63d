"""Departure times from a timetable. Pure; times are seconds of the service day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

DAY_SECONDS = 86_400
#: Walking speed in metres per second, and the shortest change in seconds.
WALK_SPEED, CHANGE_SECONDS = 1.2, 60

type Frequencies = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class ServiceCalendar:
    """Days on which a service runs."""

    weekdays: str
    first: date | None
    last: date | None
    besides: Sequence[str]
    without: Sequence[str]


def runs_on(runs: ServiceCalendar, day: date) -> bool:
    """Check whether a service runs on a service day."""
    text = day.isoformat()
    if text in runs.without:
        return False
    if text in runs.besides:
        return True
    within = (runs.first is None or runs.first <= day) and (runs.last is None or day <= runs.last)
    return within and runs.weekdays[day.weekday()] == "1"


@dataclass(frozen=True, slots=True)
class DepartureTime:
    """A departure. `every` is the headway in seconds if its time is approximate, else 0."""

    at: int
    every: int = 0


def next_departure_times(
    begins: int, frequencies: Frequencies, departs: int, after: int, most: int
) -> list[DepartureTime]:
    """First `most` departure times of a trip at a stop from `after` on.

    Args:
        begins: departure from the first stop in the timetable.
        departs: departure from this stop in the timetable.
    """
    if not frequencies:
        return [DepartureTime(departs)] if departs >= after else []
    ride = departs - begins
    times: list[DepartureTime] = []
    for since, until, between in frequencies:
        steps = max(0, -(-(after - ride - since) // between))
        start = since + steps * between
        while start < until and len(times) < most:
            times.append(DepartureTime(start + ride, between))
            start += between
    return sorted(times, key=lambda each: each.at)[:most]
