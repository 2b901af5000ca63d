"""Bookable services with their options, venues and slots, from per-process caches."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Q, QuerySet

from kini.booking import rules
from kini.booking.models import Slot
from kini.booking.schedule import BookingOptions
from kini.city.models import Area, Place, Unit
from kini.city.public import city_tables, pack
from kini.core.database.compiled_queries import CompiledQuery
from kini.core.geometry import Point
from kini.core.localized_text import Text
from kini.core.process_cache import clears_cache
from kini.services import queries as services_queries
from kini.services.models import Service
from kini.services.public import Definition, snapshots_by_version

KIND = "booking"


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue: a unit of the agency, or a place. `key` is the id of either."""

    key: str
    name: str
    area: Area
    unit: Unit | None = None
    place: Place | None = None

    @property
    def q(self) -> Q:
        """Filter for slots of this venue."""
        return Q(unit=self.unit, place=None) if self.unit else Q(place=self.place, unit=None)

    @property
    def point(self) -> Point:
        """Position of the venue; for an office without a point of its own, the middle of its area."""
        for at in (self.place, self.unit):
            if at and at.latitude is not None and at.longitude is not None:
                return at.latitude, at.longitude
        return self.area.latitude, self.area.longitude

    @property
    def address(self) -> str:
        return self.place.address if self.place else ""


def options_of(service: Service) -> BookingOptions:
    """Booking options of the service's current version."""
    return options_of_version(service.current_id or 0)


@lru_cache(maxsize=200)
def options_of_version(version: int) -> BookingOptions:
    return BookingOptions.model_validate(_definition(version).options_of(KIND))


def title_of(service: Service) -> Text:
    """Name of a service."""
    return _definition(service.current_id or 0).name


def _definition(version: int) -> Definition:
    return snapshots_by_version([version])[version].definition


#: Cache lifetime in seconds for slots and free places. Booking itself always asks the database.
CACHE_SECONDS = 5


def bookable_service(service: str) -> Service:
    """A bookable service by its id.

    Raises:
        Service.DoesNotExist: for an unknown service.
    """
    bookable = services_queries.active_service(service)
    if bookable.kind != KIND or not bookable.current_id:
        raise Service.DoesNotExist
    return bookable


def cache_period() -> int:
    """Number of the current cache period."""
    return int(time.monotonic() // CACHE_SECONDS)


_COLUMNS = tuple(field.attname for field in Slot._meta.concrete_fields)


@CompiledQuery
def _slots(slot: int, service: str) -> QuerySet[Slot, Any]:
    return Slot.objects.filter(pk=slot, service=service).order_by().values_list(*_COLUMNS)


@lru_cache(maxsize=5000)
def _slot(service: str, pk: int, _now: int) -> Slot | None:
    rows = _slots(slot=pk, service=service)
    loaded = Slot.from_db("default", _COLUMNS, rows[0]) if rows else None
    if loaded:
        loaded.service = bookable_service(service)
    return loaded


@clears_cache
def clear_cache() -> None:
    """Clear the cache of slots."""
    _slot.cache_clear()


def services() -> QuerySet[Service]:
    """Bookable services."""
    return Service.objects.filter(kind=KIND, active=True, current__isnull=False).order_by("id")


def day_range(first: date, last: date) -> tuple[datetime, datetime]:
    """Half-open range from the start of `first` to the end of `last`, in the city's time zone."""
    zone = pack.current().timezone
    return datetime.combine(first, rules.MIDNIGHT, zone), datetime.combine(
        last + timedelta(days=1), rules.MIDNIGHT, zone
    )


def venues(service: Service) -> list[Venue]:
    """Venues of a service, ordered by area."""
    options = options_of(service)
    if options.level:
        units = [_of_unit(unit) for unit in city_tables().units.get(service.agency_id, ()) if _is_venue(options, unit)]
        return sorted(units, key=lambda found: found.area.path)
    return [_of_place(place) for place in city_tables().places if place.active and place.kind == options.place]


def venue(service: Service, key: str) -> Venue | None:
    """A venue by its key."""
    options, tables = options_of(service), city_tables()
    if options.level:
        unit = tables.units_by_key.get(key)
        return _of_unit(unit) if unit and unit.agency_id == service.agency_id and _is_venue(options, unit) else None
    place = tables.places_by_key.get(key)
    return _of_place(place) if place and place.active and place.kind == options.place else None


def _is_venue(options: BookingOptions, unit: Unit) -> bool:
    return unit.active and not unit.type and unit.area.level == options.level


def venue_of(slot: Slot) -> Venue:
    """Venue of a slot (with its unit or place loaded)."""
    if slot.unit:
        return _of_unit(slot.unit)
    assert slot.place
    return _of_place(slot.place)


def _of_unit(unit: Unit) -> Venue:
    return Venue(unit.pk, str(Text.model_validate(unit.name)), unit.area, unit=unit)


def _of_place(place: Place) -> Venue:
    return Venue(place.pk, place.name, place.area, place=place)


def slot(service: Service, pk: int) -> Slot | None:
    """A slot of a service, cached. Availability is checked when it is booked."""
    return _slot(service.pk, pk, cache_period())
