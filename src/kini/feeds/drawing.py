"""Charts as numbers for inline SVG: what a template draws with classes alone. Beside each stands a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kini.feeds import rules

CHART_WIDTH, CHART_HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 24


@dataclass(frozen=True, slots=True)
class Line:
    """The course of one number. `points` is for <polyline>; `marks` are single points that have no neighbour."""

    label: str
    points: str
    last: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """A course over time, with round numbers at the side, days below, and limits across."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    lines: list[Line]
    ticks: list[tuple[float, str]]
    days: list[tuple[float, str, str]]
    limits: list[tuple[float, str]]


def chart_of(
    courses: Sequence[tuple[str, Sequence[tuple[datetime, float]]]],
    limits: Sequence[tuple[str, float]],
    say: Callable[[float], str],
    day: Callable[[datetime], str],
) -> Chart | None:
    """A chart of courses (label, points); None when no course has two points.

    Args:
        limits: (label, number) across the chart, where they lie within it.
        say, day: how a number and a moment are written.
    """
    courses = [(label, points) for label, points in courses if len(points) > 1]
    if not courses:
        return None
    values = [value for _label, points in courses for _at, value in points]
    lowest, highest = min(values), max(values)
    steps = rules.ticks(0.0 if 0 < lowest < highest / 2 else lowest, highest)
    times = [at.timestamp() for _label, points in courses for at, _value in points]
    first, last = min(times), max(times)
    across, up = CHART_WIDTH - LEFT - RIGHT, CHART_HEIGHT - TOP - BOTTOM

    def x(at: float) -> float:
        return round(LEFT + (at - first) / ((last - first) or 1) * across, 1)

    def y(value: float) -> float:
        return round(TOP + (steps[-1] - value) / (steps[-1] - steps[0]) * up, 1)

    lines = []
    for label, points in courses:
        spots = [(x(at.timestamp()), y(value)) for at, value in points]
        lines.append(Line(label, " ".join(f"{a},{b}" for a, b in spots), spots[-1]))
    ends = {at.timestamp(): at for _label, points in courses for at, _value in points}
    days = [(x(first), day(ends[first]), "start"), (x(last), day(ends[last]), "end")]
    inside = [(y(value), label) for label, value in limits if steps[0] <= value <= steps[-1]]
    ticks = [(y(step), say(step)) for step in steps]
    return Chart(
        CHART_WIDTH, CHART_HEIGHT, LEFT, CHART_WIDTH - RIGHT, CHART_HEIGHT - BOTTOM, lines, ticks, days, inside
    )
