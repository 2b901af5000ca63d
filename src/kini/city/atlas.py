"""The city's own tables as a process holds them: areas, agencies, units and places change only when they are loaded.

What is given out is shared by all requests of the process: read it, and do not change it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from kini.city.models import Agency, Area, Place, Unit
from kini.core import audit
from kini.core.held import held

#: Every change of these tables and of borders is audited under this subject, so the newest entry names their state.
SUBJECT = "city:areas"


@dataclass(frozen=True, slots=True)
class Atlas:
    """All rows, switched off or not, with their areas and agencies in place.

    Attributes:
        areas, agencies, units_by_key, places_by_key: by key.
        units: of each agency, by key of the agency, those with the smallest areas first.
        places: in the order of their areas.
    """

    areas: Mapping[str, Area]
    agencies: Mapping[str, Agency]
    units_by_key: Mapping[str, Unit]
    units: Mapping[str, Sequence[Unit]]
    places: Sequence[Place]
    places_by_key: Mapping[str, Place]


def atlas() -> Atlas:
    """The tables as they are now, kept until they are loaded anew."""
    newest = audit.newest(SUBJECT)
    # Rows that came without an action have no entry that would tell when they change.
    return _read(newest) if newest else _read.__wrapped__(newest)


@held(maxsize=1)
def _read(_newest: int | None) -> Atlas:
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
    grouped = {key: list(rows) for key, rows in groupby(units, key=lambda unit: unit.agency_id)}
    places_by_key = {place.pk: place for place in places}
    return Atlas(areas, agencies, {unit.pk: unit for unit in units}, grouped, places, places_by_key)
