"""Small drawings of numbers, made on the server; the numbers themselves always stand beside them as text."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 96, 28, 3


@dataclass(frozen=True, slots=True)
class Trend:
    """A line through values in their order: its points ("x,y x,y"), and where the last one is."""

    points: str
    x: float
    y: float


def trend(values: Sequence[float | None]) -> Trend | None:
    """A line from left to right that begins at nothing below; what is not known is left out. None below two values."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return None
    most = max(value for _place, value in known) or 1
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    dots = [
        (round(EDGE + place * step, 1), round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * value / most, 1))
        for place, value in known
    ]
    return Trend(" ".join(f"{x:g},{y:g}" for x, y in dots), *dots[-1])
