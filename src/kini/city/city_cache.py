"""Process-wide cache of areas, agencies, units and places, which change only when the pack is loaded.

The cached objects are shared by all requests: never modify them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from kini.city.models import Agency, Area, Place, Unit
from kini.core import audit
from kini.core.geometry import KeyedPoint
from kini.core.process_cache import cached

#: Audit subject of all changes to these tables and to boundaries: its newest entry is the version of the cache.
AUDIT_SUBJECT = "city:areas"


@dataclass(frozen=True, slots=True)
class CityTables:
    """All rows, active or not, with their areas and agencies attached.

    Attributes:
        areas, agencies, units_by_key, places_by_key: by key.
        units: offices by agency, those with the smallest areas first.
        facilities: active ones by type, ordered by area.
        responsible: active unit by agency and area.
        places: ordered by area.
        points: (latitude, longitude, key) of the active places by kind; "": of all kinds.
        bases: (latitude, longitude, key) of each agency's active units with the smallest areas.
    """

    areas: Mapping[str, Area]
    agencies: Mapping[str, Agency]
    units_by_key: Mapping[str, Unit]
    units: Mapping[str, Sequence[Unit]]
    facilities: Mapping[str, Sequence[Unit]]
    responsible: Mapping[tuple[str, str], Unit]
    places: Sequence[Place]
    places_by_key: Mapping[str, Place]
    points: Mapping[str, Sequence[KeyedPoint]]
    bases: Mapping[str, Sequence[KeyedPoint]]


def city_tables() -> CityTables:
    """Return the current tables; cached until the pack is loaded again."""
    newest = audit.latest_entry_id(AUDIT_SUBJECT)
    # Rows created without an action have no audit entry that would invalidate the cache.
    return _read(newest) if newest else _read.__wrapped__(newest)


@cached(maxsize=1)
def _read(_newest: int | None) -> CityTables:
    areas = {area.code: area for area in Area.objects.order_by("path")}
    for area in areas.values():
        if area.parent_id:
            area.parent = areas[area.parent_id]
    agencies = {agency.pk: agency for agency in Agency.objects.order_by("pk")}
    units = sorted(Unit.objects.all(), key=lambda unit: (unit.agency_id, -areas[unit.area_id].depth, unit.pk))
    places = sorted(Place.objects.all(), key=lambda place: (areas[place.area_id].path, place.name, place.pk))
    for unit in units:
        unit.agency, unit.area = agencies[unit.agency_id], areas[unit.area_id]
    for place in places:
        place.area = areas[place.area_id]
        place.agency = agencies[place.agency_id] if place.agency_id else None
    offices = [unit for unit in units if not unit.type]
    grouped = {key: list(rows) for key, rows in groupby(offices, key=lambda unit: unit.agency_id)}
    return CityTables(
        areas=areas,
        agencies=agencies,
        units_by_key={unit.pk: unit for unit in units},
        units=grouped,
        facilities=_facilities(units),
        responsible={(unit.agency_id, unit.area_id): unit for unit in reversed(offices) if unit.active},
        places=places,
        places_by_key={place.pk: place for place in places},
        points=_points(places),
        bases={key: _bases([unit for unit in rows if unit.active]) for key, rows in grouped.items()},
    )


def _facilities(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    facilities: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in sorted(units, key=lambda each: (each.area.path, each.pk)):
        if unit.type and unit.active:
            facilities[unit.type].append(unit)
    return dict(facilities)


def _points(places: Sequence[Place]) -> dict[str, list[KeyedPoint]]:
    points: defaultdict[str, list[KeyedPoint]] = defaultdict(list)
    for place in places:
        for kind in ("", place.kind) if place.active else ():
            points[kind].append((place.latitude, place.longitude, place.pk))
    return dict(points)


def _bases(units: Sequence[Unit]) -> list[KeyedPoint]:
    """Points of the units with the smallest areas, taken from their areas."""
    deepest = max((unit.area.depth for unit in units), default=0)
    return [(unit.area.latitude, unit.area.longitude, unit.pk) for unit in units if unit.area.depth == deepest]
