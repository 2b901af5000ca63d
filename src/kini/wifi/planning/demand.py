"""Demand grid: residents spread over squares of the city, and the squares within reach of a point. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

type Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
type Spots = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class DemandGrid:
    """The city in squares; all arrays have one entry per square.

    Attributes:
        spots: centres of the squares, in metres (east, north).
        people: residents of each square.
        area: index of its area in the input.
    """

    spots: Spots
    people: Numbers
    area: Numbers


@dataclass(frozen=True, slots=True)
class Reach:
    """Pairs of point and square within reach, with the straight-line distance in metres."""

    point: Numbers
    square: Numbers
    metres: Numbers


def build_grid(shapes: Sequence[BaseGeometry], people: Sequence[int], side: float) -> DemandGrid:
    """Build the grid; the residents of an area are spread evenly over its squares, without rounding losses.

    Args:
        shapes: areas, in metres.
        people: residents of each area.
        side: of a square, in metres.
    """
    parts = [_inside(shape, side) for shape in shapes]
    counts = [len(part) for part in parts]
    shares = [_shared(total, count) for total, count in zip(people, counts, strict=True)]
    numbers = np.repeat(np.arange(len(parts), dtype=np.int64), counts)
    if not parts:
        return DemandGrid(np.empty((0, 2)), numbers, numbers)
    return DemandGrid(np.concatenate(parts), np.concatenate(shares), numbers)


def find_reach(points: Spots, ground: DemandGrid, metres: float) -> Reach:
    """Find the squares within a straight-line distance of each point."""
    tree = shapely.STRtree(shapely.points(ground.spots))
    point, square = tree.query(shapely.points(points.reshape(-1, 2)), predicate="dwithin", distance=metres)
    offsets = points.reshape(-1, 2)[point] - ground.spots[square]
    return Reach(point, square, np.rint(np.hypot(offsets[:, 0], offsets[:, 1])).astype(np.int64))


def _inside(shape: BaseGeometry, side: float) -> Spots:
    """Return the centres of the squares within a shape; one point of it if there are none."""
    west, south, east, north = shape.bounds
    across = (np.arange(np.floor(west / side), np.ceil(east / side)) + 0.5) * side
    up = (np.arange(np.floor(south / side), np.ceil(north / side)) + 0.5) * side
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    inside: Spots = grid[shapely.contains_xy(shape, grid[:, 0], grid[:, 1])]
    if len(inside):
        return inside
    middle = shape.representative_point()
    return np.array([[middle.x, middle.y]])


def _shared(total: int, parts: int) -> Numbers:
    """Split `total` into integers as equal as possible."""
    edges: Numbers = np.arange(parts + 1, dtype=np.int64) * total // parts
    return np.diff(edges)
