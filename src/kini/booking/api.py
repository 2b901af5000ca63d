"""API of bookings: free slots of a month, and a booking in one request."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import Field

from kini.api.auth import principal_of
from kini.api.operations import In, Out, Router
from kini.api.problems import Problem, Wrong
from kini.booking import actions, queries, waiting_room
from kini.booking.kind import booking_request
from kini.cases.public import READ, WRITE
from kini.core.process_cache import clears_cache
from kini.people import queries as people_queries
from kini.people.public import profile_values
from kini.services.models import Service
from kini.services.public import json_answers, questions, snapshots_by_version

router = Router()
#: Most days in one request.
MOST_DAYS = 45


class SlotOut(Out):
    """A slot and how many people can still book it together. `state`: free, full, or over (not bookable now)."""

    slot: int
    resource: str
    starts_at: datetime
    ends_at: datetime
    free: int
    state: str


class SlotsOut(Out):
    """Slots of some days at one venue, in order."""

    slots: list[SlotOut]


class DayOut(Out):
    """Free places of a day, and the number of its slots; `state` is the best state of its slots."""

    day: date
    free: int
    slots: int
    state: str


class DaysOut(Out):
    """Days at one venue, in order."""

    days: list[DayOut]


class VenueOut(Out):
    """A place where a service is given."""

    venue: str
    name: str
    area: str


class VenuesOut(Out):
    """All places where a service is given."""

    venues: list[VenueOut]


class NewBooking(In):
    """A booking in one request."""

    service: str = Field(max_length=60)
    slot: int = Field(ge=1, le=2**62, description="From GET /services/{service}/slots.")
    answers: dict[str, Any] = Field(
        default={}, description="Answers by name, as the service's questions describe them."
    )
    confirm: bool = Field(description="The person said that the answers are true.")


class BookingOut(Out):
    """A confirmed booking. Its case gets the same reference and is opened within a minute."""

    reference: str
    slot: int


@router.get("/services/{service}/venues", needs=READ)
def list_venues(request: HttpRequest, service: str) -> VenuesOut:
    """Venues where a service can be booked."""
    bookable = _bookable(service)
    venues = (VenueOut(venue=each.key, name=each.name, area=each.area.pk) for each in queries.venues(bookable))
    return VenuesOut(venues=list(venues))


@router.get("/services/{service}/slots", needs=READ)
def list_slots(
    request: HttpRequest, service: str, venue: str, first: date, last: date, group: str = "", party: int = 1
) -> SlotsOut:
    """Slots of some days at a venue (both days included, at most 45) for a party of one group."""
    bookable, at = _at(service, venue, first, last)
    slots = queries.slot_availability(bookable, at, queries.SlotSearch(first, last, group, party))
    return SlotsOut(slots=[_slot_out(each) for each in slots])


@router.get("/services/{service}/days", needs=READ)
def list_days(
    request: HttpRequest, service: str, venue: str, first: date, last: date, group: str = "", party: int = 1
) -> DaysOut:
    """Slots by day, cached for five seconds: free places and number of slots. Days without slots are left out."""
    bookable, at = _at(service, venue, first, last)
    return _days_lately(bookable.pk, at.key, queries.SlotSearch(first, last, group, party), queries.cache_period())


@lru_cache(maxsize=5000)
def _days_lately(service: str, venue: str, wanted: queries.SlotSearch, _now: int) -> DaysOut:
    """Days at a venue, cached: many people look while few book, and booking checks the database again."""
    bookable = _bookable(service)
    at = queries.venue(bookable, venue)
    days = queries.day_availability(bookable, at, wanted) if at else []
    return DaysOut(days=[DayOut(day=each.day, free=each.free, slots=each.slots, state=each.state) for each in days])


@clears_cache
def clear_cache() -> None:
    """Clear the cache of days."""
    _days_lately.cache_clear()


def _slot_out(each: queries.SlotAvailability) -> SlotOut:
    return SlotOut(
        slot=each.slot,
        resource=each.resource,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        free=each.free,
        state=each.state,
    )


@router.post("/bookings", needs=WRITE, made_at="/cases/{reference}")
def create_booking(request: HttpRequest, body: NewBooking) -> BookingOut:
    """Book in one request: the place is confirmed at once or not at all; the case is opened afterwards."""
    actor = principal_of(request).actor
    service = _bookable(body.service)
    if actor.user_id is None:
        raise Problem(401, _("Sign in first. This service needs to know who you are."))
    if position := waiting_room.queue_position(actor, service):
        detail = _("Too many people are booking right now. Try again after the time given in Retry-After.")
        raise Problem(429, detail, headers={"Retry-After": str(position.seconds)})
    slot = queries.slot(service, body.slot)
    if slot is None or not body.confirm:
        raise Problem(422, _("Provide a slot of this service and confirm that the answers are true."), "invalid")
    resident = people_queries.own_profile(actor)
    snapshot = snapshots_by_version([service.current_id or 0])[service.current_id or 0]
    known = profile_values.known_values(resident)
    parsed = json_answers.parse_json_answers(snapshot, body.answers, {}, known)
    missing = questions.missing_pages(snapshot, parsed.values, known)
    if parsed.errors or missing:
        errors = parsed.errors.items() or json_answers.missing_answers(missing, parsed.values)
        raise Problem(422, _("Correct the errors listed under “errors”."), "invalid", _wrong(errors))
    party = booking_request(queries.options_of(service), parsed.values, resident)
    reference = actions.book_slot(
        by=actor,
        service=service,
        slot=slot,
        resident=resident,
        group=party.group,
        party=party.party,
        given=parsed.values,
    )
    return BookingOut(reference=reference, slot=slot.pk)


def _at(service: str, venue: str, first: date, last: date) -> tuple[Service, queries.Venue]:
    """Service and venue of the request.

    Raises:
        Problem: for an unknown venue, too many days, or days out of order.
    """
    bookable = _bookable(service)
    at = queries.venue(bookable, venue)
    if at is None or not timedelta() <= last - first <= timedelta(days=MOST_DAYS):
        detail = _("Provide a venue of this service and a range of at most %(days)d days.") % {"days": MOST_DAYS}
        raise Problem(422, detail, "invalid")
    return bookable, at


def _wrong(errors: Any) -> tuple[Wrong, ...]:
    return tuple(Wrong(pointer=f"/answers/{place}", detail=detail) for place, detail in errors)


def _bookable(service: str) -> Service:
    """A bookable service.

    Raises:
        Problem: for an unknown service.
    """
    try:
        return queries.bookable_service(service)
    except Service.DoesNotExist:
        raise Problem(404, _("This service takes no bookings.")) from None
