"""Geometry of server-side SVG charts. Pages also show the numbers as text."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

WIDTH, HEIGHT, EDGE = 96, 28, 3


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Sparkline: its points ("x,y x,y") and the position of the last one."""

    points: str
    x: float
    y: float


def sparkline(values: Sequence[float | None]) -> Sparkline | None:
    """Compute a sparkline with a zero baseline; unknown values are skipped. None for fewer than two values."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    most = max(value for _place, value in known) or 1
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    dots = [
        (round(EDGE + place * step, 1), round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / most, 1))
        for place, value in known
    ]
    return Sparkline(" ".join(f"{x:g},{y:g}" for x, y in dots), *dots[-1])


CHART_WIDTH, CHART_HEIGHT = 360, 200
#: Margins in pixels; the left one grows with the longest label, at SIGN pixels per character.
LEFT, RIGHT, TOP, BOTTOM, SIGN = 52, 8, 10, 24, 7


@dataclass(frozen=True, slots=True)
class ChartLine:
    """Line of a chart: `points` ("x,y x,y") for <polyline> and the position of the last one."""

    label: str
    points: str
    last: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """Line chart over time, with ticks at the left, first and last day below, and horizontal limits."""

    width: int
    height: int
    left: int
    right: int
    bottom: int
    lines: list[ChartLine]
    ticks: list[tuple[float, str]]
    days: list[tuple[float, str, str]]
    limits: list[tuple[float, str]]


def build_chart(
    courses: Sequence[tuple[str, Sequence[tuple[datetime, float]]]],
    limits: Sequence[tuple[str, float]],
    say: Callable[[float], str],
    day: Callable[[datetime], str],
) -> Chart | None:
    """Compute a chart of series (label, points); None when no series has two points.

    Args:
        limits: (label, value) of horizontal lines; those outside the range are left out.
        say, day: format a value and a timestamp.
    """
    courses = [(label, points) for label, points in courses if len(points) > 1]
    if not courses:
        return None
    values = [value for _label, points in courses for _at, value in points]
    lowest, highest = min(values), max(values)
    steps = round_ticks(0.0 if 0 < lowest < highest / 2 else lowest, highest)
    times = [at.timestamp() for _label, points in courses for at, _value in points]
    first, last = min(times), max(times)
    labels = [say(step) for step in steps]
    left = max(LEFT, SIGN * max(map(len, labels)) + RIGHT)
    across, up = CHART_WIDTH - left - RIGHT, CHART_HEIGHT - TOP - BOTTOM

    def x(at: float) -> float:
        return round(left + (at - first) / ((last - first) or 1) * across, 1)

    def y(value: float) -> float:
        return round(TOP + (steps[-1] - value) / (steps[-1] - steps[0]) * up, 1)

    lines = []
    for label, points in courses:
        spots = [(x(at.timestamp()), y(value)) for at, value in points]
        lines.append(ChartLine(label, " ".join(f"{a},{b}" for a, b in spots), spots[-1]))
    ends = {at.timestamp(): at for _label, points in courses for at, _value in points}
    days = [(x(first), day(ends[first]), "start"), (x(last), day(ends[last]), "end")]
    inside = [(y(value), label) for label, value in limits if steps[0] <= value <= steps[-1]]
    ticks = [(y(step), text) for step, text in zip(steps, labels, strict=True)]
    return Chart(
        CHART_WIDTH, CHART_HEIGHT, left, CHART_WIDTH - RIGHT, CHART_HEIGHT - BOTTOM, lines, ticks, days, inside
    )


def round_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """Round axis values from at most `low` to at least `high`, in about `count` steps."""
    high = max(high, low + 1e-3 * abs(low), low + 1e-3)
    raw = (high - low) / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw)
    first = step * (low // step)
    ticks = [first]
    while ticks[-1] < high:
        ticks.append(ticks[-1] + step)
    return [round(each, 10) for each in ticks]


#: Heatmap: cell size, space for row and column labels, number of shades.
CELL_WIDE, CELL_HIGH, NAMES, BELOW, LEVELS = 13, 20, 40, 20, 5


@dataclass(frozen=True, slots=True)
class HeatmapRow:
    """Row of a heatmap: label, y, and x and shade (0 to LEVELS) of each cell."""

    label: str
    y: int
    cells: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Heatmap of values by row and hour; `table`: the same values by hour, one per row."""

    width: int
    height: int
    left: int
    wide: int
    high: int
    heads: list[tuple[int, str]]
    rows: list[HeatmapRow]
    table: list[tuple[str, list[float | None]]]


def build_heatmap(rows: Sequence[tuple[str, Sequence[float | None]]]) -> Heatmap:
    """Compute a heatmap of rows (label, one value per hour of the day; None: not shown)."""
    most = max((value for _label, values in rows for value in values if value is not None), default=0.0) or 1.0
    grid_rows = [
        HeatmapRow(
            label, n * CELL_HIGH, [(NAMES + hour * CELL_WIDE, _level(value, most)) for hour, value in enumerate(values)]
        )
        for n, (label, values) in enumerate(rows)
    ]
    heads = [(NAMES + hour * CELL_WIDE, f"{hour:02}") for hour in range(0, 24, 3)]
    table = [(f"{hour:02}:00", [values[hour] for _label, values in rows]) for hour in range(24)]
    size = NAMES + 24 * CELL_WIDE + 2, len(rows) * CELL_HIGH + BELOW
    return Heatmap(*size, NAMES, CELL_WIDE - 1, CELL_HIGH - 1, heads, grid_rows, table)


def _level(value: float | None, most: float) -> int:
    return 0 if not value else min(LEVELS, 1 + int(LEVELS * value / most))
