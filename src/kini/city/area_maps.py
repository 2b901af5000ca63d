"""Simplified GeoJSON of the children of an area, for maps."""

import json
from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from kini.city import area_lookup, pack, queries
from kini.city.models import Area
from kini.core.geometry import Projection
from kini.core.process_cache import cached

#: Simplification in metres by depth of the drawn areas.
TOLERANCE_M = {1: 200.0, 2: 60.0}
FINEST_M = 8.0
#: Precision in degrees: about a metre.
GRID = 1e-5
#: Holes smaller than this (square degrees; about 3 km2 at the equator) are gaps between cells, not lakes.
PINHOLE = 2.5e-4


class NoSuchMap(LookupError):
    """The area does not exist or has no children to draw."""


def map_version() -> str:
    """Version of the areas and their boundaries."""
    return str(area_lookup.area_shapes().version)


def area_geojson(code: str) -> bytes:
    """FeatureCollection of an area's children; its member `official` is true if all boundaries are.

    Raises:
        NoMap: the area does not exist or has no children.
    """
    ground = area_lookup.area_shapes()
    draw = _drawing if ground.version else _drawing.__wrapped__
    return draw(code, ground.version)


@cached(maxsize=128)
def _drawing(code: str, version: int) -> bytes:
    around = Area.objects.filter(code=code, active=True).first()
    parts = list(Area.objects.filter(parent=around, active=True)) if around else []
    shapes = _shapes(parts)
    if not shapes:
        raise NoSuchMap(code)
    drawn = [part for part in parts if part.code in shapes]
    simple = _simplified([shapes[part.code] for part in drawn], drawn[0])
    features = [_feature(part, shape) for part, shape in zip(drawn, simple, strict=True)]
    collection = {"type": "FeatureCollection", "official": queries.boundaries_are_official(), "features": features}
    return json.dumps(collection, separators=(",", ":"), ensure_ascii=False).encode()


def _shapes(parts: Sequence[Area]) -> dict[str, BaseGeometry]:
    """Shape of each part: its own, or the union of its smallest areas."""
    smallest = area_lookup.area_shapes().shapes
    paths = dict(Area.objects.filter(code__in=smallest).values_list("code", "path"))
    shapes = {}
    for part in parts:
        inside = [smallest[code] for code, path in paths.items() if part.code in path.split("/")]
        if inside:
            shapes[part.code] = _without_pinholes(shapely.union_all(inside, grid_size=GRID))
    return shapes


def _without_pinholes(shape: BaseGeometry) -> BaseGeometry:
    """Remove the small holes between computed cells."""
    polygons = [
        shapely.Polygon(part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area > PINHOLE])
        for part in shapely.get_parts(shape)
    ]
    return shapely.union_all(polygons)


def _simplified(shapes: Sequence[BaseGeometry], part: Area) -> list[BaseGeometry]:
    """Simplify shapes together, so that shared boundaries stay shared."""
    projection = Projection(part.latitude, part.longitude)
    flat = [projection.flatten(shapely.make_valid(shape)) for shape in shapes]
    # The tolerance is the side of the square whose area may be cut off (Visvalingam and Whyatt).
    simple = shapely.coverage_simplify(flat, TOLERANCE_M.get(part.depth, FINEST_M))
    return [shapely.set_precision(projection.unflatten(shape), GRID) for shape in simple]


def _feature(part: Area, shape: BaseGeometry) -> dict[str, object]:
    properties = {"code": part.code, "name": part.name, "parts": part.level != pack.current().lowest_level}
    geometry = json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": properties, "geometry": _rounded(geometry)}


def _rounded(geometry: dict[str, object]) -> dict[str, object]:
    def each(value: object) -> object:
        return [each(item) for item in value] if isinstance(value, list) else round(value, 5)  # type: ignore[call-overload]

    return {"type": geometry["type"], "coordinates": each(geometry["coordinates"])}
