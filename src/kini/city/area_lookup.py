"""Lookup of the area of a point: by loaded boundaries, else the pack's outlines, else by computed cells."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from kini.city import pack
from kini.city.city_cache import AUDIT_SUBJECT
from kini.city.maps.layers import current_layers, outlines_by_code
from kini.city.models import Area, AreaBoundary
from kini.core import audit
from kini.core.geometry import AreaIndex, Point, Projection, voronoi_cells
from kini.core.process_cache import cached

#: Maximum extent of an area, as a multiple of the radius of a disc of its size.
STRETCH = 2.0
#: A pier, a beach, or what simplified outlines and a phone's position miss, belongs to the nearest area so near.
SLACK_M = 150.0


@dataclass(frozen=True, slots=True)
class AreaShapes:
    """Shapes of the smallest areas in (longitude, latitude), with a spatial index.

    Attributes:
        version: changes with the areas and their boundaries.
        official: False if some shapes are computed cells.
    """

    version: int
    official: bool
    shapes: Mapping[str, BaseGeometry]
    index: AreaIndex


def area_shapes() -> AreaShapes:
    """Return the shapes of the smallest areas; cached until areas or boundaries change."""
    city = pack.current()
    newest = audit.latest_entry_id(AUDIT_SUBJECT)
    # Rows created without an action have no audit entry that would invalidate the cache.
    compute = _compute_shapes if newest else _compute_shapes.__wrapped__
    return compute(city.lowest_level, city.center, city.cell_reach_m, newest)


def area_index() -> AreaIndex:
    """Return the spatial index of the smallest areas."""
    return area_shapes().index


@cached(maxsize=2)
def _compute_shapes(level: str, center: Point, reach_m: float, newest: int | None) -> AreaShapes:
    areas = list(Area.objects.filter(level=level, active=True))
    known = official_boundaries(areas)
    shapes = area_polygons(areas, known, reach_m)
    return AreaShapes(newest or 0, len(known) == len(areas), shapes, AreaIndex(shapes, center, SLACK_M))


def official_boundaries(areas: Sequence[Area]) -> dict[str, BaseGeometry]:
    """Loaded boundaries of areas, else the outlines of the pack, by code, in (longitude, latitude)."""
    codes = {area.code for area in areas}
    layer = current_layers().get("areas")
    outlines = outlines_by_code(layer) if layer else {}
    loaded = {
        code: shapely.from_wkb(bytes(wkb))
        for code, wkb in AreaBoundary.objects.filter(area__in=codes).values_list("area_id", "wkb")
    }
    return {code: shape for code, shape in {**outlines, **loaded}.items() if code in codes}


def area_polygons(areas: Sequence[Area], known: Mapping[str, BaseGeometry], reach_m: float) -> dict[str, BaseGeometry]:
    """Polygon of each area: its boundary, else its cell minus the boundaries of other areas."""
    if len(known) == len(areas):
        return dict(known)
    covered = shapely.union_all([shapely.make_valid(border) for border in known.values()])
    computed = approximate_polygons(areas, reach_m)
    return {area.code: known.get(area.code) or computed[area.code].difference(covered) for area in areas}


def approximate_polygons(areas: Sequence[Area], reach_m: float) -> dict[str, BaseGeometry]:
    """Voronoi cells of the areas' points, clipped to a disc by each area's size.

    Without the disc, areas at the edge of a city would reach `reach_m` into its neighbours.
    """
    polygons = voronoi_cells({area.code: (area.latitude, area.longitude) for area in areas}, reach_m)
    return {area.code: polygons[area.code].intersection(_disc(area, reach_m)) for area in areas}


def _disc(area: Area, reach_m: float) -> BaseGeometry:
    projection = Projection(area.latitude, area.longitude)
    radius = min(reach_m, STRETCH * 1000 * math.sqrt(area.km2 / math.pi)) if area.km2 else reach_m
    return projection.unflatten(shapely.Point(0, 0).buffer(radius))
