"""Frames: the rectangles that maps show. Pure."""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

#: Bounds of height / width of a map, and its margin.
LEAST_HEIGHT, MOST_HEIGHT, MARGIN = 0.5, 1.15, 0.03


@dataclass(frozen=True, slots=True)
class Frame:
    """Rectangle of the map in its units; y grows to the south."""

    left: float
    top: float
    width: float
    height: float

    @property
    def view_box(self) -> str:
        return f"{self.left:.0f} {self.top:.0f} {self.width:.0f} {self.height:.0f}"

    @property
    def box(self) -> BaseGeometry:
        return shapely.box(self.left, self.top, self.left + self.width, self.top + self.height)

    def has(self, x: float, y: float) -> bool:
        return self.left <= x <= self.left + self.width and self.top <= y <= self.top + self.height


def framed(left: float, top: float, right: float, bottom: float) -> Frame:
    """Frame around a rectangle, with a margin, of a height that fits a page."""
    margin = MARGIN * max(right - left, bottom - top)
    width, height = right - left + 2 * margin, bottom - top + 2 * margin
    wide, tall = max(width, height / MOST_HEIGHT), max(height, width * LEAST_HEIGHT)
    return Frame(float(left + right - wide) / 2, float(top + bottom - tall) / 2, float(wide), float(tall))
