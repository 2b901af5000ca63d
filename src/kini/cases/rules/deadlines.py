"""Clock of a case, computed from its timeline alone, hence reproducible.

The clock runs while the city must act. It is paused while the resident must act (`clock: paused`) and stops when the
case has ended; a reopened case continues where it stopped. Targets in working days count office hours. A state with its
own target (the review of an objection) has its own clock, and the service's clock is paused meanwhile. A merge into
another case that was undone did not stop it: the resident waited all the time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from kini.core.working_time import WorkCalendar
from kini.services.public import JOINED, Flow, Target

#: A case is at risk once this share of its time is used.
RISK_NUMERATOR, RISK_DENOMINATOR = 3, 4


class DeadlineStatus(StrEnum):
    """Status of a case against its target."""

    ON_TIME = "on_time"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"
    PAUSED = "paused"
    DONE = "done"
    NONE = "none"


class StateChange(Protocol):
    """Fields of a timeline entry that the clock needs; entries without `to_state` do not affect it."""

    @property
    def at(self) -> datetime: ...
    @property
    def to_state(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Clock of a case at one moment.

    Attributes:
        due: when the promised time is used up; None without a target, and while the clock stands with time left.
        at_risk: when three quarters of it are used; None as `due`.
        paused: since when the clock stands because the resident must act.
        closed: since when the case has ended.
        used: seconds used, as the target's unit counts them.
        left: seconds left in the same way, negative once overdue; None without a target.
        state: how it stands.
    """

    due: datetime | None
    at_risk: datetime | None
    paused: datetime | None
    closed: datetime | None
    used: int
    left: int | None
    state: DeadlineStatus


@dataclass(frozen=True, slots=True)
class _Span:
    """Interval in which the clock ran; `ended`: the end of the case stopped it."""

    start: datetime
    end: datetime | None
    ended: bool = False


def read_clock(
    entries: Iterable[StateChange], flow: Flow, target: Target | None, calendar: WorkCalendar, now: datetime
) -> ClockReading:
    """Compute the clock from the entries (in order) at `now`. Only `used`, `left` and `state` depend on `now`."""
    steps = list(_without_undone_merges([(entry.at, entry.to_state) for entry in entries if entry.to_state]))
    paused, closed = _standing_since(steps, flow)
    own = flow.states[steps[-1][1]].target if steps else None
    spans = [_Span(steps[-1][0], None)] if own else list(_running(steps, flow))
    target = own or target
    if target is None or not spans:
        state = DeadlineStatus.DONE if closed else DeadlineStatus.PAUSED if paused else DeadlineStatus.NONE
        return ClockReading(None, None, paused, closed, 0, None, state)
    unit, first = target.unit, spans[0].start
    promised = calendar.add(first, unit, target.amount)
    total = calendar.elapsed(first, promised, unit)
    risky = total * RISK_NUMERATOR // RISK_DENOMINATOR
    on = spans[-1].end is None or (spans[-1].ended and closed is not None)
    due = _moment_of(total, spans, on, calendar, unit, promised)
    at_risk = _moment_of(risky, spans, on, calendar, unit, calendar.advance(first, risky, unit))
    used = sum(calendar.elapsed(span.start, span.end or max(now, span.start), unit) for span in spans)
    return ClockReading(due, at_risk, paused, closed, used, total - used, _standing(due, at_risk, paused, closed, now))


def _without_undone_merges(steps: list[tuple[datetime, str]]) -> Iterator[tuple[datetime, str]]:
    for number, (at, state) in enumerate(steps):
        if state != JOINED or number == len(steps) - 1:
            yield at, state


def _standing(
    due: datetime | None, at_risk: datetime | None, paused: datetime | None, closed: datetime | None, now: datetime
) -> DeadlineStatus:
    if closed:
        return DeadlineStatus.DONE
    if due and now > due:
        return DeadlineStatus.OVERDUE
    if paused:
        return DeadlineStatus.PAUSED
    return DeadlineStatus.AT_RISK if at_risk and now > at_risk else DeadlineStatus.ON_TIME


def _runs(flow: Flow, state: str) -> bool:
    """Return True if the service's clock runs in the state."""
    here = flow.states[state]
    return not here.end and here.clock == "running" and here.target is None


def _running(steps: list[tuple[datetime, str]], flow: Flow) -> Iterator[_Span]:
    """Intervals in which the clock ran, adjacent ones merged."""
    since: datetime | None = None
    for at, state in steps:
        if _runs(flow, state):
            since = since or at
        elif since:
            yield _Span(since, at, flow.states[state].end)
            since = None
    if since:
        yield _Span(since, None)


def _standing_since(steps: list[tuple[datetime, str]], flow: Flow) -> tuple[datetime | None, datetime | None]:
    """Return (paused since, closed since), each None unless the last state is paused or closed."""
    paused = closed = None
    for at, name in steps:
        state = flow.states[name]
        closed = (closed or at) if state.end else None
        paused = (paused or at) if state.clock == "paused" and not state.end else None
    return paused, closed


def _moment_of(
    seconds: int, spans: list[_Span], on: bool, calendar: WorkCalendar, unit: str, unpaused: datetime
) -> datetime | None:
    """Return the moment at which `seconds` of running time are used up; None if the clock stops before.

    Args:
        on: whether the last span would run on, were it not for the end of the case.
        unpaused: the answer as long as the clock has not stood; the seconds alone cannot tell the close of offices
            from their next opening.
    """
    left = seconds
    for number, span in enumerate(spans):
        last = number == len(spans) - 1
        lasts = calendar.elapsed(span.start, span.end, unit) if span.end else None
        if (last and on) or (lasts is not None and lasts >= left):
            return calendar.advance(span.start, left, unit) if number else unpaused
        left -= lasts or 0
    return None
