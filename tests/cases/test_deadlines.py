"""Clock of a case, computed from its timeline."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kini.cases.rules import DeadlineStatus, read_clock
from kini.core.working_time import WorkCalendar
from kini.services.schema import Target
from tests.cases.flows import STATES, flow

OFFICES = WorkCalendar(
    ZoneInfo("Asia/Jakarta"),
    {weekday: ((time(8), time(12)), (time(13), time(16))) for weekday in range(5)},
    lambda day: day == date(2026, 12, 25),
)
FLOW = flow()
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 9 in the morning in Jakarta


@dataclass(frozen=True)
class Entry:
    at: datetime
    to_state: str = ""


TWO_DAYS = Target(working_days=2)


def read(*history: tuple[float, str], now: float, target: Target | None = TWO_DAYS):
    """The reading of a history given as (hours after Monday 9 o'clock, state)."""
    entries = [Entry(MONDAY + timedelta(hours=hours), state) for hours, state in history]
    return read_clock(entries, FLOW, target, OFFICES, MONDAY + timedelta(hours=now))


def test_two_working_days_end_when_offices_close_on_the_second():
    reading = read((0, "check"), now=1)
    assert reading.due == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert reading.state is DeadlineStatus.ON_TIME
    assert reading.used == 3600


def test_it_is_at_risk_late_in_its_time_and_overdue_after_it():
    assert read((0, "check"), now=51).state is DeadlineStatus.AT_RISK
    assert read((0, "check"), now=60).state is DeadlineStatus.OVERDUE
    assert read((0, "check"), now=80).left < 0


def test_while_the_resident_must_act_nothing_is_due():
    reading = read((0, "check"), (1, "correction"), now=500)
    assert (reading.state, reading.due, reading.at_risk) == (DeadlineStatus.PAUSED, None, None)
    assert reading.paused == MONDAY + timedelta(hours=1)
    assert reading.used == 3600


def test_a_pause_moves_the_deadline_by_the_working_time_it_took():
    unpaused = read((0, "check"), now=1)
    paused = read((0, "check"), (1, "correction"), (25, "check"), now=26)
    assert paused.due is not None
    assert unpaused.due is not None
    assert OFFICES.working_seconds(unpaused.due, paused.due) == 7 * 3600
    assert paused.used == 2 * 3600


def test_a_pause_after_the_deadline_does_not_make_it_good():
    reading = read((0, "check"), (60, "correction"), now=61)
    assert reading.state is DeadlineStatus.OVERDUE
    assert reading.due == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def test_an_ended_case_stands_still_and_goes_on_when_reopened():
    ended = read((0, "check"), (1, "rejected"), now=900)
    assert (ended.state, ended.used, ended.closed) == (DeadlineStatus.DONE, 3600, MONDAY + timedelta(hours=1))
    assert ended.due == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    again = read((0, "check"), (1, "rejected"), (169, "check"), now=170)
    assert (again.state, again.used, again.closed) == (DeadlineStatus.ON_TIME, 2 * 3600, None)


def test_who_let_a_correction_expire_was_not_late_with_us():
    reading = read((0, "check"), (1, "correction"), (400, "expired"), now=500)
    assert (reading.state, reading.due) == (DeadlineStatus.DONE, None)


def test_without_a_target_nothing_is_ever_late():
    reading = read((0, "check"), now=100_000, target=None)
    assert (reading.state, reading.due, reading.left) == (DeadlineStatus.NONE, None, None)


def test_entries_that_are_no_steps_do_not_touch_the_clock():
    entries = [Entry(MONDAY, "check"), Entry(MONDAY + timedelta(hours=1)), Entry(MONDAY + timedelta(hours=2))]
    assert read_clock(entries, FLOW, None, OFFICES, MONDAY).state is DeadlineStatus.NONE


TARGETS = st.one_of(
    st.integers(1, 600).map(lambda n: Target(minutes=n)),
    st.integers(1, 90).map(lambda n: Target(hours=n)),
    st.integers(1, 60).map(lambda n: Target(working_hours=n)),
    st.integers(1, 20).map(lambda n: Target(days=n)),
    st.integers(1, 20).map(lambda n: Target(working_days=n)),
    st.integers(1, 2).map(lambda n: Target(months=n)),
)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[float, str]]:
    """Walks through the flow with times in between, as they could stand on a timeline."""
    at, state = draw(st.integers(0, 400)) / 4, "check"
    wizard = [(at, state)]
    for _ in range(draw(st.integers(0, 8))):
        leading = sorted({to for before, _move, to in FLOW.edges() if before == state})
        if not leading:
            break
        at, state = at + draw(st.integers(1, 800)) / 4, draw(st.sampled_from(leading))
        wizard.append((at, state))
    return wizard


@given(history=histories(), target=TARGETS, later=st.integers(0, 4000))
def test_what_is_left_and_the_deadline_say_the_same(history, target, later):
    now = history[-1][0] + later / 4
    reading = read(*history, now=now, target=target)
    moment = MONDAY + timedelta(hours=now)
    if reading.due and reading.state in (DeadlineStatus.ON_TIME, DeadlineStatus.AT_RISK):
        assert reading.left == OFFICES.elapsed(moment, reading.due, target.unit)
    if reading.state is DeadlineStatus.OVERDUE:
        assert reading.left <= 0
    if reading.due and reading.at_risk:
        assert reading.at_risk <= reading.due
    assert reading.used >= 0


@given(history=histories(), target=TARGETS, first=st.integers(0, 4000), second=st.integers(0, 4000))
def test_the_stored_part_does_not_depend_on_when_it_is_read(history, target, first, second):
    one, two = (read(*history, now=history[-1][0] + hours / 4, target=target) for hours in (first, second))
    assert (one.due, one.at_risk, one.paused, one.closed) == (two.due, two.at_risk, two.paused, two.closed)


@given(history=histories(), target=TARGETS)
def test_time_never_gives_time_back(history, target):
    used = [read(*history[: n + 1], now=at, target=target).used for n, (at, _state) in enumerate(history)]
    assert used == sorted(used)


@pytest.mark.parametrize("state", ["granted", "rejected", "expired", "withdrawn"])
def test_every_end_closes(state):
    assert read((0, "check"), (5, state), now=9).closed == MONDAY + timedelta(hours=5)


REVIEWED = flow(
    rejected=STATES["rejected"] | {"moves": {"object": {"to": "review", "by": "resident", "within": 30}}},
    review={
        "name": "Review",
        "does": "The head of the agency looks again.",
        "public": "reopened",
        "by": "head",
        "target": {"working_days": 10},
        "moves": {"overturn": "decision"},
    },
)


def reviewed(*history: tuple[float, str], now: float, target: Target | None = TWO_DAYS):
    entries = [Entry(MONDAY + timedelta(hours=hours), state) for hours, state in history]
    return read_clock(entries, REVIEWED, target, OFFICES, MONDAY + timedelta(hours=now))


@pytest.mark.parametrize("target", [TWO_DAYS, None])
def test_an_objection_has_a_time_of_its_own(target: Target | None):
    reading = reviewed((0, "check"), (2, "rejected"), (24, "review"), now=25, target=target)
    assert reading.due == OFFICES.add(MONDAY + timedelta(hours=24), "working_days", 10)
    assert (reading.used, reading.state) == (3600, DeadlineStatus.ON_TIME)


def test_after_it_the_services_clock_goes_on_where_it_stopped():
    reading = reviewed((0, "check"), (2, "rejected"), (24, "review"), (48, "decision"), now=49)
    assert reading.used == 3 * 3600
    assert reading.left == OFFICES.elapsed(MONDAY, OFFICES.add(MONDAY, "working_days", 2), "working_days") - 3 * 3600


def test_only_a_running_state_has_a_time_of_its_own():
    with pytest.raises(ValueError, match="its clock runs"):
        flow(correction=STATES["correction"] | {"target": {"days": 3}})
