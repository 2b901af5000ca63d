"""Routing of a new case: agency of the service, area of the location, unit that works there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kini.cases import case_answers
from kini.cases.models import Case
from kini.city import queries
from kini.city.models import Agency, Area, Unit
from kini.core.geometry import Point, distance_m
from kini.people.models import Resident
from kini.services.public import ServiceSnapshot

#: Field types that hold a location, the most precise first.
LOCATION_TYPES = ("location", "address", "area")


@dataclass(frozen=True, slots=True)
class AnsweredLocation:
    """Location given in an answer: area code, and coordinates if known."""

    area: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class CaseRoute:
    agency: Agency
    unit: Unit | None
    area: Area | None
    latitude: float | None
    longitude: float | None


def answered_location(snapshot: ServiceSnapshot, answers: Mapping[str, Any]) -> AnsweredLocation:
    """Location of the answers: the first of type location, else address, else area."""
    places = list(_places(snapshot, answers))
    for sort in LOCATION_TYPES:
        for field_type, value in places:
            if field_type == sort:
                return _place(value)
    return AnsweredLocation()


def metres_from_case(case: Case, snapshot: ServiceSnapshot, point: Point) -> int | None:
    """Metres from a point to the place of a case, or to the area of one that named no more; None without a place."""
    places = _places(snapshot, case_answers.of_case(case))
    if any(sort == "location" and value.get("exact", True) for sort, value in places):
        if case.latitude is None or case.longitude is None:
            return None
        return round(distance_m(point, (case.latitude, case.longitude)))
    return queries.metres_from_area(case.area_id, point) if case.area_id else None


def _places(snapshot: ServiceSnapshot, answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for page in snapshot.pages:
        for name, field in page.fields.items():
            if not page.repeat and field.type in LOCATION_TYPES and answers.get(name):
                yield field.type, answers[name]


def _place(value: Any) -> AnsweredLocation:
    if isinstance(value, str):
        return AnsweredLocation(value)
    return AnsweredLocation(value.get("area") or "", value.get("lat"), value.get("lon"))


def route_case(snapshot: ServiceSnapshot, answers: Mapping[str, Any], resident: Resident | None) -> CaseRoute:
    """Return agency, area and unit of a new case.

    Raises:
        Agency.DoesNotExist: when the pack no longer has the agency of an old version.
    """
    agency = queries.agency(snapshot.definition.agency)
    place = answered_location(snapshot, answers)
    area = queries.area(place.area, active=False) if place.area else None
    if area is None and place.latitude is not None and place.longitude is not None:
        area = queries.locate(place.latitude, place.longitude)
    if area is None and resident is not None:
        area = resident.area
    return CaseRoute(agency, queries.unit_for(agency.pk, area), area, place.latitude, place.longitude)
