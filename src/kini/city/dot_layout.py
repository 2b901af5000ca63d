"""Layout of dots on a map. Pure."""

import math
from collections.abc import Iterable, Iterator, Sequence


def thin_out[T](points: Sequence[T], most: int) -> list[T]:
    """Choose at most `most` points evenly, always including the last one."""
    if len(points) <= most:
        return list(points)
    stride = len(points) / most
    return [points[min(len(points) - 1, round((n + 1) * stride) - 1)] for n in range(most)]


def bounding_box(points: Iterable[tuple[float, float]], least: float) -> tuple[float, float, float, float] | None:
    """Bounding box (left, bottom, right, top) with a margin and no side shorter than `least`; None without points."""
    coordinates = list(points)
    if not coordinates:
        return None
    xs, ys = [x for x, _y in coordinates], [y for _x, y in coordinates]
    half_x = max(max(xs) - min(xs), least) / 2 * 1.12
    half_y = max(max(ys) - min(ys), least) / 2 * 1.12
    mid_x, mid_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    return mid_x - half_x, mid_y - half_y, mid_x + half_x, mid_y + half_y


def spread_apart(spots: Sequence[tuple[int, int]], least: int) -> list[tuple[int, int]]:
    """Move each spot by ring search until it is at least `least` away from the preceding ones."""
    placed: list[tuple[int, int]] = []
    for x, y in spots:
        tries = ((x + round(r * math.cos(a)), y + round(r * math.sin(a))) for r, a in _rings(least))
        placed.append(
            next((each for each in tries if all(math.dist(each, other) >= least for other in placed)), (x, y))
        )
    return placed


def _rings(step: int) -> Iterator[tuple[float, float]]:
    """Yield (radius, angle): the centre, then rings around it."""
    yield 0.0, 0.0
    for ring in range(1, 12):
        for part in range(8 * ring):
            yield ring * step * 0.75, part * math.tau / (8 * ring)
