"""When vehicles leave, from their timetable alone. Pure; times are seconds of the service day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

DAY = 86_400
#: Metres a person walks in a second, and the least seconds that a change takes.
WALK, CHANGE = 1.2, 60

type Frequencies = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Runs:
    """On which days something runs."""

    weekdays: str
    first: date | None
    last: date | None
    besides: Sequence[str]
    without: Sequence[str]


def runs_on(runs: Runs, day: date) -> bool:
    """Whether it runs on a service day."""
    text = day.isoformat()
    if text in runs.without:
        return False
    if text in runs.besides:
        return True
    within = (runs.first is None or runs.first <= day) and (runs.last is None or day <= runs.last)
    return within and runs.weekdays[day.weekday()] == "1"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A departure. `every` is the seconds between vehicles where it is about then, not exactly."""

    at: int
    every: int = 0


def next_leaving(begins: int, frequencies: Frequencies, departs: int, after: int, most: int) -> list[Leaving]:
    """When a trip leaves a stop from `after` on, the first `most` times.

    Args:
        begins: when its timetable leaves the first stop.
        departs: when its timetable leaves this stop.
    """
    if not frequencies:
        return [Leaving(departs)] if departs >= after else []
    ride = departs - begins
    found: list[Leaving] = []
    for since, until, between in frequencies:
        steps = max(0, -(-(after - ride - since) // between))
        start = since + steps * between
        while start < until and len(found) < most:
            found.append(Leaving(start + ride, between))
            start += between
    return sorted(found, key=lambda each: each.at)[:most]
