"""Working time: durations and deadlines by the office hours of a city. Pure; aware datetimes in, UTC out.

Deadlines are computed in the unit in which they were promised: hours and days by the wall clock, working hours and
working days by the city's calendar.
"""

import calendar as months_of_years
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: A calendar with a longer closure gives no deadline.
LONGEST_CLOSURE_DAYS = 3660
ALL_DAY = (time(0), time(0))
WORKING_UNITS = frozenset({"working_hours", "working_days"})
_SECOND = timedelta(seconds=1)

type Hours = Mapping[int, tuple[tuple[time, time], ...]]
type Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, eq=False)
class WorkCalendar:
    """Office hours of a city.

    Attributes:
        timezone: of the hours.
        hours: by weekday (0 is Monday) the spans of opening hours, in order. A span that ends at 00:00 ends at
            midnight, so (00:00, 00:00) is the whole day.
        days_off: returns True for closed dates (public holidays, collective leave).

    Raises:
        ValueError: when no day has hours, or spans of a day overlap or end before they begin.
    """

    timezone: ZoneInfo
    hours: Hours
    days_off: Callable[[date], bool]
    _spans: dict[date, tuple[Span, ...]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not any(self.hours.values()):
            raise ValueError("No day of the week has office hours.")
        for weekday, spans in self.hours.items():
            edges = [edge for opens, closes in spans for edge in (_seconds(opens), _seconds(closes) or 86_400)]
            empty = any(edges[i] == edges[i + 1] for i in range(0, len(edges), 2))
            if weekday not in range(7) or empty or edges != sorted(edges):
                raise ValueError(f"The office hours of weekday {weekday} overlap or end before they begin: {spans}.")

    def is_working_day(self, day: date) -> bool:
        """True if offices are open at some time of that date."""
        return bool(self.hours.get(day.weekday())) and not self.days_off(day)

    def add(self, start: datetime, unit: str, amount: int) -> datetime:
        """Compute when a target of `amount` units is due that starts at `start`.

        Minutes and hours are exact. Days and months keep the local time of day; in a month without that day the last
        day is used. Working hours run while offices are open. Working days are counted from the day after `start`, and
        the target is due when offices close on the last of them.

        Raises:
            ValueError: for an unknown unit or a negative amount.
        """
        if amount < 0:
            raise ValueError(f"A target cannot take {amount} {unit}.")
        start = start.astimezone(UTC)  # Python's arithmetic within a zone is by the wall clock
        match unit:
            case "minutes" | "hours":
                return start + timedelta(**{unit: amount})
            case "working_hours":
                return self.add_working_seconds(start, amount * 3600)
            case "working_days":
                return self._close_of_working_day(start, amount)
            case "days":
                local = start.astimezone(self.timezone)
                return (local + timedelta(days=amount)).astimezone(UTC)
            case "months":
                return _months_later(start.astimezone(self.timezone), amount).astimezone(UTC)
        raise ValueError(f'There is no unit of time "{unit}".')

    def elapsed(self, start: datetime, end: datetime, unit: str) -> int:
        """Seconds from `start` to `end`: of open hours for working units, else all."""
        if unit in WORKING_UNITS:
            return self.working_seconds(start, end)
        return (end.astimezone(UTC) - start.astimezone(UTC)) // _SECOND

    def advance(self, start: datetime, seconds: int, unit: str) -> datetime:
        """Inverse of `elapsed`: the time at which that many seconds have passed since `start`."""
        if unit in WORKING_UNITS:
            return self.add_working_seconds(start, seconds)
        return start.astimezone(UTC) + timedelta(seconds=seconds)

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """Whole seconds of open hours between two times; negative when `end` is before `start`."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end < start:
            return -self.working_seconds(end, start)
        first, last = (moment.astimezone(self.timezone).date() for moment in (start, end))
        open_for = timedelta()
        # From the day before: a change of clocks may move the midnight at which its last span ends.
        for day in _days(first - timedelta(days=1), last):
            for opens, closes in self._open_spans(day):
                open_for += max(min(closes, end) - max(opens, start), timedelta())
        return open_for // _SECOND

    def add_working_seconds(self, start: datetime, seconds: int) -> datetime:
        """Compute when offices will have been open for that many seconds since `start`.

        Raises:
            ValueError: for negative seconds, or when offices stay closed for ten years.
        """
        if seconds < 0:
            raise ValueError("Working time cannot be added backwards.")
        start, left = start.astimezone(UTC), timedelta(seconds=seconds)
        if not left:
            return start
        today = start.astimezone(self.timezone).date()
        closed = 0
        for day in _days(today - timedelta(days=1), date.max):
            spans = self._open_spans(day)
            closed = 0 if spans else closed + 1
            for opens, closes in spans:
                available = max(closes - max(opens, start), timedelta())
                if available >= left:
                    return max(opens, start) + left
                left -= available
            if closed > LONGEST_CLOSURE_DAYS:
                break
        raise ValueError("Offices stay closed for too long to compute a deadline.")

    def _close_of_working_day(self, start: datetime, amount: int) -> datetime:
        """Closing time of the `amount`-th working day after the day of `start`."""
        if not amount:
            return start
        today = start.astimezone(self.timezone).date()
        closed = 0
        for day in _days(today + timedelta(days=1), date.max):
            spans = self._open_spans(day)
            closed = 0 if spans else closed + 1
            amount -= bool(spans)
            if not amount:
                return spans[-1][1]
            if closed > LONGEST_CLOSURE_DAYS:
                break
        raise ValueError("Offices stay closed for too long to compute a deadline.")

    def _open_spans(self, day: date) -> tuple[Span, ...]:
        """Opening spans of a date in UTC, cached: every case asks for the same days."""
        known = self._spans.get(day)
        if known is None:
            known = self._spans[day] = tuple(self._compute_spans(day)) if self.is_working_day(day) else ()
        return known

    def _compute_spans(self, day: date) -> Iterator[Span]:
        before = self._utc(day, time(0))
        for opens, closes in self.hours[day.weekday()]:
            end = self._utc(day + timedelta(days=1) if closes == time(0) else day, closes)
            # Times in the gap of a clock change do not exist; keep the spans in order.
            begin = max(self._utc(day, opens), before)
            before = max(begin, end)
            yield begin, before

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.timezone).astimezone(UTC)


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _months_later(moment: datetime, amount: int) -> datetime:
    years, month = divmod(moment.month - 1 + amount, 12)
    year = moment.year + years
    day = min(moment.day, months_of_years.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
