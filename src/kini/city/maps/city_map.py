"""The map that pages show by `{% include "city/map.html" %}`: areas in classes, numbered points, or both."""

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import shapely

from kini.city import dot_layout
from kini.city.city_cache import city_tables
from kini.city.maps.base import UNIT_M, WIDTH, BaseMap, Inset, base_map
from kini.city.maps.map_frame import Frame, framed
from kini.city.maps.names import ZOOMS
from kini.core.geometry import EARTH_RADIUS_M, Point

#: Points that fit into this share of the city are shown from near, at least NEAR_M wide.
NEAR, NEAR_M = 0.25, 5_000.0
MOST_DOTS = 300
#: Least distance of numbered points in pixels, so that each number is readable.
APART = 20
#: Smallest circle (pixels) that the number of a class fits into.
NUMBER_ROOM = 5.0
#: Distance of marks from the map's edge in pixels.
EDGE = 18
#: Radius in pixels below which an area of a class is drawn as a dot.
SMALL = 2.0


@dataclass(frozen=True, slots=True)
class AreaClass:
    """Class of areas on a map.

    Attributes:
        label: for the legend, as "10 to 20".
        tone: colour: "shade-1" (least) to "shade-6" (most), or "calm", "watch", "warn", "bad".
    """

    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """Area of a class with its text and address."""

    code: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class DrawnClass:
    """Class with its number in the legend and its areas.

    Attributes:
        apart: those of the areas that the inset shows.
        xs, ys: where the number stands, as lists for SVG's x and y.
        dots: path of the dots that stand for areas too small to be seen.
    """

    number: int
    label: str
    tone: str
    areas: list[DrawnArea]
    apart: list[DrawnArea]
    xs: str
    ys: str
    dots: str

    @property
    def digits(self) -> str:
        """The class's number once for each position."""
        return str(self.number) * len(self.xs.split())


@dataclass(frozen=True, slots=True)
class Mark:
    """Numbered point. `turn` is the direction in degrees (0: north) of a point outside the map, marked at its edge."""

    x: int
    y: int
    number: int
    tone: str
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class CityMap:
    """A map to show.

    Attributes:
        label: name for screen readers.
        frame: shown part of the base map.
        classes: classes of areas; empty for a map of points.
        chosen: code of a highlighted area.
        marks, apart, far: numbered points within the map and within the inset (base units), and outside of both, at
            the edge (pixels).
        others: path of the small dots.
        here: position of the visitor.
    """

    base: BaseMap
    label: str
    frame: Frame
    classes: list[DrawnClass] = field(default_factory=list)
    chosen: str = ""
    marks: list[Mark] = field(default_factory=list)
    apart: list[Mark] = field(default_factory=list)
    far: list[Mark] = field(default_factory=list)
    others: str = ""
    here: tuple[int, int] | None = None

    @property
    def inset(self) -> Inset | None:
        """Inset, if the whole city is shown."""
        return self.base.inset if self.frame == self.base.frame else None

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def height(self) -> int:
        return round(WIDTH * self.frame.height / self.frame.width)

    @property
    def unit(self) -> str:
        """Base units in a pixel."""
        return f"{self.frame.width / WIDTH:.3f}"

    @property
    def zoom(self) -> float:
        """Magnification compared with the whole city."""
        return self.base.frame.width / self.frame.width

    @property
    def names(self) -> list[int]:
        """Zooms of the groups of names that are shown."""
        return [zoom for zoom in ZOOMS if zoom <= self.zoom * 1.01]

    @property
    def levels(self) -> list[int]:
        """Levels of borders, the finest first; those of the smallest areas only where they are told apart."""
        told_apart = self.classes or self.zoom >= 3 or self.finest < 3
        return list(range(self.finest if told_apart else self.finest - 1, 0, -1))

    @property
    def finest(self) -> int:
        """Level of the borders of the smallest areas."""
        areas = city_tables().areas
        return max(areas[code].depth for code in self.base.shapes)

    @property
    def small_names(self) -> list[tuple[int, int, str]]:
        """Names (x, y, name) beside the dots of areas that are too small to be seen."""
        areas = _small_areas(self.base, self.frame, [area for each in self.classes for area in each.areas])
        spots = ((self.base.centers[area.code], city_tables().areas[area.code].name) for area in areas)
        return [(round(x), round(y), name) for (x, y, _radius), name in spots]

    @property
    def numbered(self) -> bool:
        """True if the numbers refer to a list."""
        return len(self.marks) + len(self.apart) + len(self.far) > 1

    @property
    def hatch(self) -> str:
        """Id of the pattern of areas without a figure, different for the maps of a page."""
        return f"hatch-{zlib.crc32(self.label.encode()):x}"

    @property
    def has_links(self) -> bool:
        return any(area.href for each in self.classes for area in (*each.areas, *each.apart))

    @property
    def without_figure(self) -> bool:
        """True if an area belongs to no class."""
        return bool(self.classes) and sum(len(each.areas) + len(each.apart) for each in self.classes) < len(
            self.base.shapes
        )


def area_map(
    label: str,
    classes: Sequence[AreaClass],
    class_of: Mapping[str, int],
    *,
    texts: Mapping[str, str] | None = None,
    link: Callable[[str], str] | None = None,
    within: str = "",
    chosen: str = "",
) -> CityMap | None:
    """Map of the smallest areas by class (choropleth); show the figures in a table beside it.

    Colour is never alone: each area bears the number of its class where there is room, and the legend explains it.

    Args:
        label: name of the map for screen readers, as "Cases per 100,000 in seven days".
        classes: classes in the legend's order; `shaded` computes classes from values.
        class_of: index in `classes` by code of the area; areas without one are drawn hatched ("no figure").
        texts: text by code that the browser shows over an area, without its name; default: the class's label.
        link: address of an area's page; the table beside has the same links, for keyboards.
        within: code of the area to show from near; default: the whole city.
        chosen: code of an area to highlight.

    Returns:
        The map; None if the city has no areas yet.
    """
    base = base_map()
    if base is None:
        return None
    frame = _frame_of(base, within)
    members: list[list[DrawnArea]] = [[] for _class in classes]
    for code in base.shapes:
        if (index := class_of.get(code)) is not None:
            text = f"{city_tables().areas[code].name}: {(texts or {}).get(code, classes[index].label)}"
            members[index].append(DrawnArea(code, text, link(code) if link else ""))
    drawn = [
        _drawn_class(base, frame, n, each, inside)
        for n, (each, inside) in enumerate(zip(classes, members, strict=True), 1)
    ]
    return CityMap(base, label, frame, drawn, chosen)


def shaded(
    values: Mapping[str, float], show: Callable[[float], str], edges: Sequence[float] | None = None, shades: int = 5
) -> tuple[list[AreaClass], dict[str, int]]:
    """Classes from light to dark for `area_map`, and the class of each area.

    Args:
        values: value by code of the area.
        show: value in words, for the legend ("12.3").
        edges: upper edges of all classes but the last; a value on an edge belongs to the class above. Default: edges
            between which lie equally many areas (quantiles).
        shades: number of classes with quantiles, at most 6.
    """
    ordered = sorted(values.values())
    if edges is None:
        edges = sorted({ordered[len(ordered) * n // shades] for n in range(1, shades)} if ordered else ())
    lowest = min(ordered, default=0.0)
    # Edges that read alike would make classes that nobody can tell apart.
    edges = [edge for before, edge in pairwise([lowest, *edges]) if show(edge) != show(before)]
    bounds = [lowest, *edges]
    step = int(all(value == int(value) for value in (*ordered, *edges)))  # counts end before the next class begins
    ends = [(show(low), show(high - step)) for low, high in zip(bounds, edges, strict=False)]
    labels = [low if low == high else f"{low} – {high}" for low, high in ends]
    labels.append(f"≥ {show(bounds[-1])}")
    darker = 1 if len(labels) > 3 else 2
    classes = [AreaClass(text, f"shade-{min(1 + n * darker, 6)}") for n, text in enumerate(labels)]
    return classes, {code: sum(value >= edge for edge in edges) for code, value in values.items()}


def point_map(
    numbered: Sequence[tuple[int, Point, str]],
    others: Sequence[Point] = (),
    here: Point | None = None,
    *,
    label: str = "",
    most: int = MOST_DOTS,
) -> CityMap | None:
    """Map of numbered places (number, point, tone) and at most `most` others; None if nothing is numbered.

    The whole city is drawn unless the places within it are near each other. Places outside are marked at the edge.
    """
    base = base_map()
    if base is None or not numbered:
        return None
    spots = [(number, base.spot(point), tone) for number, point, tone in numbered]
    rest = [base.spot(point) for point in dot_layout.thin_out(others, most)]
    visitor = base.spot(here) if here else None
    frame = _frame_around(base, [*(spot for _n, spot, _t in spots), *rest, *([visitor] if visitor else [])])
    inside = [each for each in spots if frame.has(*each[1])]
    outside = [each for each in spots if not frame.has(*each[1])]
    separate = base.inset.frame if base.inset and frame == base.frame else None
    unit = frame.width / WIDTH
    free = dot_layout.spread_apart([_pixels(frame, spot) for _n, spot, _t in inside], APART)
    marks = [
        Mark(round(frame.left + x * unit), round(frame.top + y * unit), number, tone)
        for (x, y), (number, _spot, tone) in zip(free, inside, strict=True)
    ]
    return CityMap(
        base,
        label,
        frame,
        marks=marks,
        apart=[Mark(round(x), round(y), n, tone) for n, (x, y), tone in outside if separate and separate.has(x, y)],
        far=_edge_marks(frame, [each for each in outside if not (separate and separate.has(*each[1]))]),
        others="".join(f"M{x:.0f} {y:.0f}h0" for x, y in rest if frame.has(x, y)),
        here=(round(visitor[0]), round(visitor[1])) if visitor and frame.has(*visitor) else None,
    )


def map_width(within: str = "") -> float:
    """Return the width of the map in degrees of latitude; 0 if the city has no areas yet.

    Args:
        within: code of the area that it shows; default: the whole city.
    """
    base = base_map()
    return math.degrees(_frame_of(base, within).width * UNIT_M / EARTH_RADIUS_M) if base else 0


def _frame_of(base: BaseMap, code: str) -> Frame:
    if not code:
        return base.frame
    areas = city_tables().areas
    inside = [shape for each, shape in base.shapes.items() if code in areas[each].path.split("/")]
    return framed(*shapely.total_bounds(inside)) if inside else base.frame


def _frame_around(base: BaseMap, spots: Sequence[tuple[float, float]]) -> Frame:
    """Near frame around points of the city that are close to each other, else the whole city."""
    inside = [spot for spot in spots if base.frame.has(*spot)]
    apart = [spot for spot in spots if base.inset and base.inset.frame.has(*spot) and spot not in inside]
    box = dot_layout.bounding_box(inside or apart, NEAR_M / UNIT_M)
    if box is None or (inside and apart):
        return base.frame
    near = framed(*box)
    return near if max(near.width, near.height) < NEAR * max(base.frame.width, base.frame.height) else base.frame


def _pixels(frame: Frame, spot: tuple[float, float]) -> tuple[int, int]:
    return round((spot[0] - frame.left) / frame.width * WIDTH), round((spot[1] - frame.top) / frame.width * WIDTH)


def _edge_marks(frame: Frame, outside: Sequence[tuple[int, tuple[float, float], str]]) -> list[Mark]:
    """Marks in pixels where the straight line from the middle to each point leaves the map."""
    height = WIDTH * frame.height / frame.width
    half_x, half_y = WIDTH / 2 - EDGE, height / 2 - EDGE
    free: list[tuple[int, int]] = []
    turns = []
    for _number, spot, _tone in outside:
        x, y = _pixels(frame, spot)
        dx, dy = x - WIDTH / 2, y - height / 2
        share = min(half_x / abs(dx) if dx else 1e9, half_y / abs(dy) if dy else 1e9)
        free.append((round(WIDTH / 2 + dx * share), round(height / 2 + dy * share)))
        turns.append(round(math.degrees(math.atan2(dx, -dy))))
    free = dot_layout.spread_apart(free, APART + 4)
    return [
        Mark(x, y, number, tone, turn) for (x, y), turn, (number, _spot, tone) in zip(free, turns, outside, strict=True)
    ]


def _drawn_class(base: BaseMap, frame: Frame, number: int, each: AreaClass, areas: list[DrawnArea]) -> DrawnClass:
    separate = base.detached if frame == base.frame else frozenset()
    apart = [area for area in areas if area.code in separate]
    rest = [area for area in areas if area.code not in separate]
    spots = [
        base.centers[area.code] for area in rest if base.centers[area.code][2] >= NUMBER_ROOM * frame.width / WIDTH
    ]
    xs, ys = " ".join(f"{x:.0f}" for x, _y, _r in spots), " ".join(f"{y:.0f}" for _x, y, _r in spots)
    small = [*apart, *_small_areas(base, frame, rest)]
    dots = "".join("M{:.0f} {:.0f}h0".format(*base.centers[area.code][:2]) for area in small)
    return DrawnClass(number, each.label, each.tone, rest, apart, xs, ys, dots)


def _small_areas(base: BaseMap, frame: Frame, areas: Sequence[DrawnArea]) -> list[DrawnArea]:
    least = SMALL * frame.width / WIDTH
    return [area for area in areas if base.centers[area.code][2] < least and frame.has(*base.centers[area.code][:2])]
