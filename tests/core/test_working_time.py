"""Working time: deadlines that can be checked with a calendar."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.core.working_time import ALL_DAY, WorkCalendar

OFFICE = ((time(7, 30), time(12)), (time(13), time(16)))
FRIDAY = ((time(7, 30), time(11, 30)), (time(13), time(16, 30)))
HOLIDAY = date(2026, 8, 17)
LISBON_FORWARD = date(2026, 3, 29)  # 01:00 becomes 02:00
LISBON_BACK = date(2026, 10, 25)  # 02:00 becomes 01:00


def calendar(zone: str = "Asia/Jakarta") -> WorkCalendar:
    week = dict.fromkeys(range(4), OFFICE) | {4: FRIDAY}
    return WorkCalendar(ZoneInfo(zone), week, lambda day: day == HOLIDAY)


def jakarta(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Asia/Jakarta"))


night = {weekday: ((time(0), time(1, 30)), (time(1, 30), time(2, 30)), (time(20), time(0))) for weekday in range(7)}
around_the_clock = dict.fromkeys(range(7), (ALL_DAY,))
CALENDARS = {
    "jakarta": calendar(),
    "lisbon": calendar("Europe/Lisbon"),
    "lisbon at night": WorkCalendar(ZoneInfo("Europe/Lisbon"), night, lambda day: day.day == 13),
    "around the clock": WorkCalendar(ZoneInfo("Europe/Lisbon"), around_the_clock, lambda day: False),
    "lord howe": calendar("Australia/Lord_Howe"),  # clocks move by half an hour
}
calendars = st.sampled_from(sorted(CALENDARS)).map(CALENDARS.__getitem__)
moments = st.datetimes(datetime(2025, 12, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
durations = st.integers(0, 40 * 24 * 3600)


@given(calendars, moments, durations)
def test_time_that_is_added_is_the_time_that_passes(clock: WorkCalendar, start: datetime, seconds: int) -> None:
    end = clock.add_working_seconds(start, seconds)
    assert clock.working_seconds(start, end) == seconds
    assert end >= start


@given(calendars, moments, durations, durations)
def test_more_time_never_ends_earlier(clock: WorkCalendar, start: datetime, less: int, more: int) -> None:
    less, more = sorted((less, more))
    assert clock.add_working_seconds(start, less) <= clock.add_working_seconds(start, more)


@given(calendars, moments, moments, st.integers(1, 10**6))
def test_a_later_start_never_ends_earlier(clock: WorkCalendar, one: datetime, other: datetime, seconds: int) -> None:
    early, late = sorted((one, other))
    assert clock.add_working_seconds(early, seconds) <= clock.add_working_seconds(late, seconds)


@given(calendars, moments, moments, moments)
def test_parts_make_the_whole(clock: WorkCalendar, a: datetime, b: datetime, c: datetime) -> None:
    whole = clock.working_seconds(a, c)
    # Whole seconds are counted, so each part may lose less than one.
    assert abs(clock.working_seconds(a, b) + clock.working_seconds(b, c) - whole) <= 1
    assert clock.working_seconds(c, a) == -whole


@given(calendars, moments, st.sampled_from(("minutes", "hours", "working_hours", "days", "working_days", "months")))
def test_a_longer_target_is_never_due_earlier(clock: WorkCalendar, start: datetime, unit: str) -> None:
    due = [clock.add(start, unit, amount) for amount in range(8)]
    assert due == sorted(due)
    assert due[0] == start


@given(calendars, moments, durations, st.sampled_from(("minutes", "hours", "working_hours", "days", "working_days")))
def test_advance_turns_elapsed_around(clock: WorkCalendar, start: datetime, seconds: int, unit: str) -> None:
    assert clock.elapsed(start, clock.advance(start, seconds, unit), unit) == seconds


@given(moments)
def test_a_working_day_ends_when_offices_close(start: datetime) -> None:
    due = calendar().add(start, "working_days", 3).astimezone(ZoneInfo("Asia/Jakarta"))
    assert due.time() == (time(16, 30) if due.weekday() == 4 else time(16))
    assert calendar().is_working_day(due.date())


@given(moments)
def test_nothing_passes_on_days_off(start: datetime) -> None:
    zone = ZoneInfo("Asia/Jakarta")
    day = start.astimezone(zone).date()
    while calendar().is_working_day(day):
        day += timedelta(days=1)
    midnight = datetime.combine(day, time(0), zone)
    assert calendar().working_seconds(midnight, midnight + timedelta(days=1)) == 0


def test_three_working_days_skip_the_weekend_and_the_holiday() -> None:
    # Friday the 14th is not counted, Monday the 17th is a holiday: Tuesday, Wednesday, Thursday.
    assert calendar().add(jakarta(2026, 8, 14, 9, 5), "working_days", 3) == jakarta(2026, 8, 20, 16)


def test_working_hours_pause_at_noon_and_at_night() -> None:
    assert calendar().add(jakarta(2026, 8, 11, 11), "working_hours", 2) == jakarta(2026, 8, 11, 14)
    assert calendar().add(jakarta(2026, 8, 11, 15, 30), "working_hours", 1) == jakarta(2026, 8, 12, 8)
    assert calendar().add(jakarta(2026, 8, 15, 10), "working_hours", 1) == jakarta(2026, 8, 18, 8, 30)


def test_an_hour_that_ends_with_the_office_is_due_then_and_not_the_next_morning() -> None:
    assert calendar().add(jakarta(2026, 8, 11, 15), "working_hours", 1) == jakarta(2026, 8, 11, 16)


def test_months_end_with_their_last_day() -> None:
    assert calendar().add(jakarta(2026, 1, 31, 10), "months", 1) == jakarta(2026, 2, 28, 10)
    assert calendar().add(jakarta(2026, 11, 30, 10), "months", 3) == jakarta(2027, 2, 28, 10)


def test_days_keep_the_time_on_the_wall_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/Lisbon")
    start = datetime(2026, 3, 28, 10, tzinfo=zone)
    assert CALENDARS["lisbon"].add(start, "days", 1) == datetime(2026, 3, 29, 10, tzinfo=zone)
    assert CALENDARS["lisbon"].add(start, "hours", 24) == datetime(2026, 3, 29, 11, tzinfo=zone)


@pytest.mark.parametrize(("day", "hours"), [(LISBON_FORWARD, 23), (LISBON_BACK, 25), (date(2026, 5, 5), 24)])
def test_an_open_day_is_as_long_as_the_day_is(day: date, hours: int) -> None:
    zone = ZoneInfo("Europe/Lisbon")
    midnights = [datetime.combine(day + timedelta(days=n), time(0), zone) for n in (0, 1)]
    assert CALENDARS["around the clock"].working_seconds(*midnights) == hours * 3600


@pytest.mark.parametrize(
    "spans",
    [
        ((time(9), time(8)),),
        ((time(9), time(9)),),
        ((time(8), time(12)), (time(11), time(16))),
        ((time(13), time(16)), (time(8), time(12))),
        ((time(20), time(0)), (time(21), time(22))),
    ],
)
def test_hours_that_cannot_be_meant_are_refused(spans: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="weekday 2"):
        WorkCalendar(ZoneInfo("UTC"), {2: spans}, lambda day: False)


def test_a_calendar_without_hours_is_refused() -> None:
    with pytest.raises(ValueError, match="No day"):
        WorkCalendar(ZoneInfo("UTC"), {0: ()}, lambda day: False)


@pytest.mark.parametrize("unit", ["working_hours", "working_days"])
def test_offices_that_never_open_are_noticed(unit: str) -> None:
    closed = WorkCalendar(ZoneInfo("UTC"), {0: (ALL_DAY,)}, lambda day: True)
    with pytest.raises(ValueError, match="closed"):
        closed.add(datetime(2026, 1, 1, tzinfo=UTC), unit, 1)


def test_unknown_units_and_negative_amounts_are_refused() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="fortnights"):
        calendar().add(start, "fortnights", 1)
    with pytest.raises(ValueError, match="-1 days"):
        calendar().add(start, "days", -1)
    with pytest.raises(ValueError, match="backwards"):
        calendar().add_working_seconds(start, -1)
