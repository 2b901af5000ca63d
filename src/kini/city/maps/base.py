"""The base of every map: the city's areas, orientation layers and names, drawn once in units of ten metres.

Browsers keep its SVG documents; pages refer to their elements by `<use href="...#id">`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.affinity import scale
from shapely.geometry.base import BaseGeometry

from kini.city import area_lookup, pack
from kini.city.city_cache import city_tables
from kini.city.maps import layers as map_layers
from kini.city.maps import names, topology
from kini.city.maps.map_frame import Frame, framed
from kini.city.maps.svg_paths import nodes_data, path_data
from kini.city.models import Area, AreaBoundary
from kini.core.geometry import Point, Projection
from kini.core.process_cache import cached

UNIT_M = 10
#: Smallest details on the longer side of the city.
DETAILS = 420
#: Width of a map in its own pixels; pages scale it.
WIDTH = 400
#: Side of the inset in pixels.
INSET = 116
#: A part of the city is an inset if the rest is shorter than this share of the whole.
DETACHED = 0.7


@dataclass(frozen=True, slots=True)
class Inset:
    """Part of the city that lies apart: name, frame, and the square of the whole map (pixels) in which it is drawn."""

    name: str
    frame: Frame
    x: int
    y: int
    side: int

    @property
    def unit(self) -> str:
        """Base units in a pixel."""
        return f"{self.frame.width / self.side:.2f}"

    @property
    def half(self) -> int:
        """Half of the side."""
        return self.side // 2


@dataclass(frozen=True, slots=True)
class BaseMap:
    """The drawn city.

    Attributes:
        version: digest of the documents, part of their addresses.
        frame: the city without its detached parts.
        detached: codes of the smallest areas that are drawn in the inset.
        inset: where the detached parts are drawn.
        centers: label point and its distance from the border (x, y, radius) of every area, by code.
        shapes: drawn shapes of the smallest areas.
        documents: SVG documents with the elements to use: `lines` (ground, borders, names by zoom) and `areas` (the
            smallest areas).
        official: False if some borders are computed cells.
        layers: orientation layers, from the ground up.
        credits: source and licence of each drawn layer.
    """

    version: str
    projection: Projection
    frame: Frame
    detached: frozenset[str]
    inset: Inset | None
    centers: Mapping[str, names.Circle]
    shapes: Mapping[str, BaseGeometry]
    documents: Mapping[str, str]
    official: bool
    layers: tuple[str, ...]
    credits: tuple[tuple[str, str], ...]

    @property
    def sea(self) -> bool:
        """True if the neighbours are known: what is neither city nor neighbour is the sea."""
        return "neighbours" in self.layers

    @property
    def lines_below(self) -> list[str]:
        """Layers drawn below the classes of areas."""
        return [name for name in self.layers if name in ("water", "roads")]

    @property
    def lines_above(self) -> list[str]:
        """Layers drawn above the classes of areas."""
        return [name for name in self.layers if name in ("rail", "stations")]

    @property
    def scale(self) -> str:
        """Latitude and longitude of the map's origin, and units in a degree of latitude and of longitude."""
        east, north = self.projection.to_metres((self.projection.latitude + 1, self.projection.longitude + 1))
        return f"{self.projection.latitude} {self.projection.longitude} {north / UNIT_M:.3f} {east / UNIT_M:.3f}"

    def spot(self, point: Point) -> tuple[float, float]:
        """Position of a point on the map."""
        return _spot(self.projection, point)


def base_map() -> BaseMap | None:
    """Return the drawn city, computed once for its areas and layers; None without areas."""
    ground = area_lookup.area_shapes()
    if not ground.shapes:
        return None
    compute = _draw if ground.version else _draw.__wrapped__
    return compute(pack.current().center, ground.version)


@cached(maxsize=2)
def _draw(center: Point, _version: int) -> BaseMap:
    projection, areas = Projection(*center), city_tables().areas
    shapes = area_lookup.area_shapes().shapes
    flat = {code: _flatten(projection, shape) for code, shape in shapes.items()}
    detached = _detached(flat, areas)
    city = {code: shape for code, shape in flat.items() if code not in detached}
    frame = framed(*shapely.total_bounds(list(city.values())))
    tolerance = max(frame.width, frame.height) / DETAILS
    drawn = topology.simplify_coverage(flat, tolerance, 1, tolerance / 2)
    ground = {
        name: [(each.name, _flatten(projection, each.shape)) for each in layer.features]
        for name, layer in map_layers.current_layers().items()
        if name != "areas"
    }
    centers = names.label_points(drawn, areas)
    points = [_spot(projection, (areas[code].latitude, areas[code].longitude)) for code in detached]
    inset = _inset(detached, drawn, centers, areas, points, frame)
    taken = [_covered(inset, frame)] if inset else []
    candidates = _candidates(frame, drawn, centers, areas, detached, ground)
    groups = list(names.name_elements(frame, candidates, taken))
    documents = {
        "lines": _document([*_ground_elements(ground, frame, tolerance), *_border_elements(drawn, areas), *groups]),
        "areas": _document([f'<path id="{code}" d="{path_data(shape)}"/>' for code, shape in drawn.items()]),
    }
    return BaseMap(
        version=hashlib.sha256("".join(documents.values()).encode()).hexdigest()[:10],
        projection=projection,
        frame=frame,
        detached=detached,
        inset=inset,
        centers=centers,
        shapes=drawn,
        documents=documents,
        official=area_lookup.area_shapes().official,
        layers=tuple(ground),
        credits=_credits(),
    )


def _credits() -> tuple[tuple[str, str], ...]:
    """Source and licence of each layer, and the source of loaded boundaries."""
    loaded = AreaBoundary.objects.order_by("source").values_list("source", flat=True).distinct()
    layers = [(each.source, each.licence) for each in map_layers.current_layers().values()]
    return tuple(dict.fromkeys([*((source, "") for source in loaded), *layers]))


def _candidates(
    frame: Frame,
    drawn: Mapping[str, BaseGeometry],
    centers: Mapping[str, names.Circle],
    areas: Mapping[str, Area],
    detached: frozenset[str],
    ground: Mapping[str, list[tuple[str, BaseGeometry]]],
) -> list[names.Name]:
    """Names by importance."""
    city = shapely.coverage_union_all(list(drawn.values()))
    return [
        *names.area_names(centers, areas, detached),
        *names.neighbour_names(frame, ground.get("neighbours", []), city),
        *(
            names.Name(name, at.x, at.y, names.STATION_ZOOM, style=names.STATION_STYLE)
            for name, at in ground.get("stations", [])
            if name
        ),
    ]


def _spot(projection: Projection, point: Point) -> tuple[float, float]:
    x, y = projection.to_metres(point)
    return x / UNIT_M, -y / UNIT_M


def _flatten(projection: Projection, shape: BaseGeometry) -> BaseGeometry:
    return scale(projection.flatten(shape), 1 / UNIT_M, -1 / UNIT_M, origin=(0, 0))


def _detached(shapes: Mapping[str, BaseGeometry], areas: Mapping[str, Area]) -> frozenset[str]:
    """Areas of the part of the city (at the level below the whole) without which the map is much closer; or none."""
    parts: dict[str, list[str]] = {}
    for code in shapes:
        path = areas[code].path.split("/")
        parts.setdefault(path[min(1, len(path) - 1)], []).append(code)
    if len(parts) < 2:
        return frozenset()

    def length(codes: list[str]) -> float:
        left, top, right, bottom = shapely.total_bounds([shapes[code] for code in codes])
        return float(max(right - left, bottom - top))

    rest = {part: length([code for other in parts if other != part for code in parts[other]]) for part in parts}
    closest = min(rest, key=lambda part: rest[part])
    return frozenset(parts[closest]) if rest[closest] < DETACHED * length(list(shapes)) else frozenset()


def _inset(
    detached: frozenset[str],
    drawn: Mapping[str, BaseGeometry],
    centers: Mapping[str, names.Circle],
    areas: Mapping[str, Area],
    points: Sequence[tuple[float, float]],
    frame: Frame,
) -> Inset | None:
    """The detached part, in the corner of the whole map with the least of the city."""
    if not detached:
        return None
    name = areas[areas[min(detached)].path.split("/")[1]].name
    spots = [*(centers[code][:2] for code in detached), *points]
    xs, ys = [x for x, _y in spots], [y for _x, y in spots]
    side = max(max(xs) - min(xs), max(ys) - min(ys), 200) * 1.3
    separate = Frame((min(xs) + max(xs) - side) / 2, (min(ys) + max(ys) - side) / 2, side, side)
    city = [shape for code, shape in drawn.items() if code not in detached]
    bottom = round(WIDTH * frame.height / frame.width) - INSET
    corners = [Inset(name, separate, x, y, INSET) for y in (0, bottom) for x in (0, WIDTH - INSET)]
    return min(
        corners, key=lambda corner: float(np.sum(shapely.area(shapely.intersection(city, _covered(corner, frame)))))
    )


def _covered(inset: Inset, frame: Frame) -> BaseGeometry:
    """Rectangle of the whole map that an inset covers."""
    unit = frame.width / WIDTH
    left, top = frame.left + inset.x * unit, frame.top + inset.y * unit
    return shapely.box(left, top, left + inset.side * unit, top + inset.side * unit)


def _border_elements(drawn: Mapping[str, BaseGeometry], areas: Mapping[str, Area]) -> list[str]:
    """The city, and its borders by level: level-1 separates the largest parts ..."""
    shared = topology.find_arcs(drawn, 1)
    lines: dict[int, str] = {}
    for arc, owners in zip(shared.arcs, shared.owners, strict=True):
        paths = [areas[code].path.split("/") for code in owners]
        if len(paths) > 1:
            level = next(n for n, codes in enumerate(zip(*paths, strict=False)) if len(set(codes)) > 1)
            lines[level] = lines.get(level, "") + nodes_data(arc)
    city = path_data(shapely.coverage_union_all(list(drawn.values())))
    return [
        f'<path id="city" d="{city}"/>',
        *(f'<path id="level-{level}" d="{lines[level]}"/>' for level in sorted(lines)),
    ]


def _ground_elements(ground: Mapping[str, list[tuple[str, BaseGeometry]]], frame: Frame, tolerance: float) -> list[str]:
    """One path for each orientation layer, within twice the frame."""
    around = shapely.box(*frame.box.buffer(max(frame.width, frame.height) / 2, join_style="mitre").bounds)
    elements = []
    for name, features in ground.items():
        cut = [shapely.intersection(shape, around) for _name, shape in features]
        simple = shapely.simplify(cut, tolerance / 2)
        elements.append(f'<path id="{name}" d="{"".join(path_data(each) for each in simple if not each.is_empty)}"/>')
    return elements


def _document(elements: list[str]) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(elements)}</svg>\n'
