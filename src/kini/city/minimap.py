"""Mini-map of places: coordinates for the inline SVG of city/map.html. Pages show a list beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry.base import BaseGeometry

from kini.city import area_maps, dot_layout, pack
from kini.city import queries as city
from kini.core.geometry import Point, Projection
from kini.core.process_cache import cached

#: Width in SVG units, and bounds of the height.
WIDTH, LEAST_HEIGHT, MOST_HEIGHT = 400, 200, 420
#: Minimum extent in metres; below NEAR_M the smaller areas are drawn.
LEAST_M, NEAR_M = 2_000.0, 14_000.0
MOST_DOTS = 300
#: Minimum distance of numbered dots, so that each number is readable.
APART = 20

type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class NumberedDot:
    """Numbered dot; the number refers to the list beside the map."""

    x: int
    y: int
    number: int
    tone: str


@dataclass(frozen=True, slots=True)
class Minimap:
    """Mini-map: outlines of areas, small dots, numbered dots, position of the visitor."""

    width: int
    height: int
    areas: list[str]
    others: str
    dots: list[NumberedDot]
    here: tuple[int, int] | None


def build_minimap(
    numbered: Sequence[tuple[int, Point, str]],
    others: Sequence[Point],
    here: Point | None,
    most: int = MOST_DOTS,
) -> Minimap | None:
    """Compute a map of numbered places (number, point, tone) and at most `most` others; None if nothing is numbered."""
    whole = city.whole_city()
    if whole is None or not numbered:
        return None
    projection = Projection(*pack.current().center)
    marked = [projection.to_metres(point) for _number, point, _tone in numbered]
    rest = [projection.to_metres(point) for point in dot_layout.thin_out(others, most)]
    around = dot_layout.bounding_box([*marked, *rest, *([projection.to_metres(here)] if here else [])], LEAST_M)
    assert around is not None
    left, bottom, right, top, height = _framed(around)
    scale = WIDTH / (right - left)

    def at(spot: tuple[float, float]) -> tuple[int, int]:
        return round((spot[0] - left) * scale), round((top - spot[1]) * scale)

    free = dot_layout.spread_apart([at(spot) for spot in marked], APART)
    drawn = [NumberedDot(x, y, number, tone) for (x, y), (number, _point, tone) in zip(free, numbered, strict=True)]
    small = "".join("M{} {}h0".format(*at(spot)) for spot in rest)
    frame = (round(left), round(bottom), round(right), round(top))
    outlines = list(_outlines(area_maps.map_version(), whole.code, frame)) if area_maps.map_version() != "0" else []
    spot = at(projection.to_metres(here)) if here else None
    return Minimap(WIDTH, height, outlines, small, drawn, spot)


def _framed(box: Box) -> tuple[float, float, float, float, int]:
    """Extend the rectangle until its height fits the page; also return that height."""
    left, bottom, right, top = box
    width, tall = right - left, top - bottom
    target = min(max(WIDTH * tall / width, LEAST_HEIGHT), MOST_HEIGHT)
    if WIDTH * tall / width > target:
        more = (tall * WIDTH / target - width) / 2
        left, right = left - more, right + more
    else:
        more = (width * target / WIDTH - tall) / 2
        bottom, top = bottom - more, top + more
    return left, bottom, right, top, round(target)


@lru_cache(maxsize=64)
def _outlines(version: str, whole: str, frame: tuple[int, int, int, int]) -> tuple[str, ...]:
    """SVG paths of the areas within a frame (metres)."""
    left, bottom, right, top = frame
    projection, scale = Projection(*pack.current().center), WIDTH / (right - left)
    code = whole
    if right - left < NEAR_M:
        middle = city.locate(*projection.to_degrees((left + right) / 2, (bottom + top) / 2))
        code = middle.path.split("/")[1] if middle and middle.depth > 1 else whole
    paths = []
    for flat in _flat(version, code):
        cut = shapely.clip_by_rect(flat, left, bottom, right, top).simplify(1 / scale)
        if path := _path(cut, left, top, scale):
            paths.append(path)
    return tuple(paths)


@cached(maxsize=16)
def _flat(_version: str, code: str) -> list[BaseGeometry]:
    """Shapes of an area's children, in metres."""
    projection = Projection(*pack.current().center)
    drawn = shapely.from_geojson(area_maps.area_geojson(code))
    return [projection.flatten(each) for each in shapely.get_parts(drawn)]


def _path(shape: BaseGeometry, left: float, top: float, scale: float) -> str:
    rings = [part.exterior for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    subpaths = []
    for ring in rings:
        spots = [(round((x - left) * scale), round((top - y) * scale)) for x, y in ring.coords]
        spots = [spot for n, spot in enumerate(spots) if n == 0 or spot != spots[n - 1]]
        if len(spots) > 3:
            subpaths.append("M" + "L".join(f"{x} {y}" for x, y in spots[:-1]) + "Z")
    return "".join(subpaths)
