"""Days, times, ages and minutes of shifts. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from kini.together.volunteers import rules

MONDAY = date(2026, 3, 2)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def days(weekdays: tuple[int, ...], every: int = 1, since: date = MONDAY, until: date = date(2026, 3, 31)) -> list[int]:
    found = rules.days_of(MONDAY, date(2026, 3, 29), weekdays, every, since, until)
    return [each.day for each in found]


def test_days_of_an_activity() -> None:
    assert days(()) == [2]
    assert days((), since=date(2026, 3, 3)) == []
    assert days((1, 6)) == [2, 7, 9, 14, 16, 21, 23, 28]
    assert days((6,), every=2) == [7, 21]
    assert days((6,), every=2, since=date(2026, 3, 9)) == [21]
    assert days((7,), until=date(2026, 3, 10)) == [8]


@given(
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(1, 4),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_days_do_not_depend_on_when_they_are_planned(
    weekdays: set[int], every: int, start: int, cut: int, length: int
) -> None:
    first, last = MONDAY + timedelta(start), MONDAY + timedelta(start + length)
    whole = list(rules.days_of(first, last, weekdays, every, first, last))
    middle = MONDAY + timedelta(cut)
    before = list(rules.days_of(first, last, weekdays, every, first, middle - timedelta(1)))
    after = list(rules.days_of(first, last, weekdays, every, middle, last))
    assert before + after == whole
    assert all(each.isoweekday() in weekdays and first <= each <= last for each in whole)


def test_a_shift_keeps_its_local_hour_when_clocks_change() -> None:
    winter, summer = (rules.span(day, time(9), 120, AMSTERDAM)[0] for day in (date(2026, 3, 28), date(2026, 3, 29)))
    assert (winter.hour, summer.hour) == (8, 7)
    start, end = rules.span(date(2026, 3, 28), time(23), 240, AMSTERDAM)
    assert end - start == timedelta(hours=4)
    assert end.astimezone(AMSTERDAM).hour == 4


def test_minutes_and_times_of_the_check_in() -> None:
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    end = start + timedelta(hours=2)
    late = [rules.served_minutes(start, end, start + timedelta(minutes=each)) for each in (-30, 0, 15, 16, 119, 200)]
    assert late == [120, 120, 120, 104, 1, 0]
    moments = [start + timedelta(minutes=each) for each in (-46, -45, 120, 121)]
    assert [rules.may_check_in(start, end, each) for each in moments] == [False, True, True, False]
    assert rules.may_record_who_came(start, end, end + timedelta(days=7))
    assert not rules.may_record_who_came(start, end, end + timedelta(days=7, minutes=1))
