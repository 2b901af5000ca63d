"""Routing of a new case: agency of the service, area of the location, unit that works there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kini.city import queries
from kini.city.models import Agency, Area, Unit
from kini.people.models import Resident
from kini.services.versions import Resolved

#: Field types that hold a location, the most precise first.
PLACES = ("location", "address", "area")


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Location given in an answer: area code, and coordinates if known."""

    area: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Route:
    agency: Agency
    unit: Unit | None
    area: Area | None
    latitude: float | None
    longitude: float | None


def whereabouts(resolved: Resolved, answers: Mapping[str, Any]) -> Whereabouts:
    """Location of the answers: the first of type location, else address, else area."""
    given = list(_places(resolved, answers))
    for sort in PLACES:
        for field_type, value in given:
            if field_type == sort:
                return _place(value)
    return Whereabouts()


def _places(resolved: Resolved, answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for page in resolved.pages:
        for name, field in page.fields.items():
            if not page.repeat and field.type in PLACES and answers.get(name):
                yield field.type, answers[name]


def _place(value: Any) -> Whereabouts:
    if isinstance(value, str):
        return Whereabouts(value)
    return Whereabouts(value.get("area") or "", value.get("lat"), value.get("lon"))


def route(resolved: Resolved, answers: Mapping[str, Any], resident: Resident | None) -> Route:
    """Return agency, area and unit of a new case.

    Raises:
        Agency.DoesNotExist: when the pack no longer has the agency of an old version.
    """
    agency = queries.agency(resolved.definition.agency)
    place = whereabouts(resolved, answers)
    area = queries.area(place.area, active=False) if place.area else None
    if area is None and place.latitude is not None and place.longitude is not None:
        area = queries.locate(place.latitude, place.longitude)
    if area is None and resident is not None:
        area = resident.area
    return Route(agency, queries.unit_for(agency.pk, area), area, place.latitude, place.longitude)
