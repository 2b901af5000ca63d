"""Geometry of an epidemic curve: bars by day or week, a mean line, the band of the nowcast. For SVG."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kini.web.charts import round_ticks

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 240, 48, 8, 10, 24


@dataclass(frozen=True, slots=True)
class CurveChart:
    """Paths and marks in pixels.

    Attributes:
        bars: path of all bars, drawn with strokes of `bar_width`.
        mean, band: paths; "" without values.
        ticks: (y, label) at the left; `labels`: (x, label, anchor) below.
        unknown: x of bars whose value is hidden.
    """

    width: int
    height: int
    left: int
    right: int
    bottom: int
    bar_width: float
    bars: str
    mean: str
    band: str
    ticks: list[tuple[float, str]]
    labels: list[tuple[float, str, str]]
    unknown: list[float]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A bar; None: not known, or hidden. `low` and `high` are of the nowcast, where reports are still to come."""

    label: str
    count: float | None
    mean: float | None = None
    low: float | None = None
    high: float | None = None


def draw_curve(points: Sequence[CurvePoint], say: Callable[[float], str]) -> CurveChart | None:
    """Compute the chart; None for fewer than two bars with a value. `say` formats the numbers at the left."""
    if sum(point.count is not None for point in points) < 2:
        return None
    highest = max(value for p in points for value in (p.count, p.mean, p.high) if value is not None)
    steps = round_ticks(0, highest or 1)
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    step = (right - LEFT) / len(points)

    def x(number: int) -> float:
        return round(LEFT + (number + 0.5) * step, 1)

    def y(value: float) -> float:
        return round(TOP + (1 - value / steps[-1]) * (bottom - TOP), 1)

    def line(values: Sequence[tuple[int, float]]) -> str:
        return "L".join(f"{x(number):g} {y(value):g}" for number, value in values)

    means = [(number, point.mean) for number, point in enumerate(points) if point.mean is not None]
    lower = [(number, point.low) for number, point in enumerate(points) if point.low is not None]
    upper = [(number, point.high) for number, point in enumerate(points) if point.high is not None]
    bars = "".join(f"M{x(n):g} {bottom}V{y(point.count):g}" for n, point in enumerate(points) if point.count)
    middle = len(points) // 2
    return CurveChart(
        WIDTH,
        HEIGHT,
        LEFT,
        right,
        bottom,
        bar_width=round(max(step - 1, step * 0.7), 1),
        bars=bars,
        mean=f"M{line(means)}" if len(means) > 1 else "",
        band=f"M{line(upper)}L{line(lower[::-1])}Z" if len(lower) > 1 else "",
        ticks=[(y(value), say(value)) for value in steps],
        labels=[
            (x(0), points[0].label, "start"),
            (x(middle), points[middle].label, "middle"),
            (x(len(points) - 1), points[-1].label, "end"),
        ],
        unknown=[x(number) for number, point in enumerate(points) if point.count is None],
    )
