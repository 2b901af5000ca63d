"""Which area a point is in: official borders where they are loaded, computed cells where they are not."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from kini.city import pack
from kini.city.atlas import SUBJECT
from kini.city.models import Area, AreaBoundary
from kini.core import audit
from kini.core.geometry import AreaIndex, Point, Projection, cells
from kini.core.held import held

#: How much farther than a disc of its size an area is assumed to reach.
STRETCH = 2.0


@dataclass(frozen=True, slots=True)
class Ground:
    """The smallest areas on the ground, in (longitude, latitude), and the index that finds a point among them.

    Attributes:
        version: changes with the areas and their borders.
    """

    version: int
    shapes: Mapping[str, BaseGeometry]
    index: AreaIndex


def ground() -> Ground:
    """The smallest areas as they are now, kept until areas or borders change."""
    city = pack.current()
    newest = audit.newest(SUBJECT)
    # Rows that came without an action have no entry that would tell when they change.
    make = _ground if newest else _ground.__wrapped__
    return make(city.lowest_level, city.center, city.cell_reach_m, newest)


def index() -> AreaIndex:
    """The index over the smallest areas as they are now."""
    return ground().index


@held(maxsize=2)
def _ground(level: str, center: Point, reach_m: float, newest: int | None) -> Ground:
    areas = list(Area.objects.filter(level=level, active=True))
    shapes = polygons(areas, official(level), reach_m)
    return Ground(newest or 0, shapes, AreaIndex(shapes, center))


def official(level: str) -> dict[str, BaseGeometry]:
    """The loaded borders of that level's areas, by code, in (longitude, latitude)."""
    found = AreaBoundary.objects.filter(area__level=level, area__active=True)
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in found.values_list("area_id", "wkb")}


def polygons(areas: Sequence[Area], known: Mapping[str, BaseGeometry], reach_m: float) -> dict[str, BaseGeometry]:
    """A polygon for each area: the known one, else its cell without what is known to belong to others."""
    if len(known) == len(areas):
        return dict(known)
    taken = shapely.union_all([shapely.make_valid(border) for border in known.values()])
    computed = approximate(areas, reach_m)
    return {area.code: known.get(area.code) or computed[area.code].difference(taken) for area in areas}


def approximate(areas: Sequence[Area], reach_m: float) -> dict[str, BaseGeometry]:
    """Cells around the areas' points: nearer to each than to any other, and no farther than its size lets expect.

    Areas at the edge of a city would otherwise reach `reach_m` into its neighbours.
    """
    found = cells({area.code: (area.latitude, area.longitude) for area in areas}, reach_m)
    return {area.code: found[area.code].intersection(_disc(area, reach_m)) for area in areas}


def _disc(area: Area, reach_m: float) -> BaseGeometry:
    projection = Projection(area.latitude, area.longitude)
    radius = min(reach_m, STRETCH * 1000 * math.sqrt(area.km2 / math.pi)) if area.km2 else reach_m
    return projection.unflatten(shapely.Point(0, 0).buffer(radius))
