"""Residents' pages of bookings: places, a month of days, times of a day, and the public queue."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.booking import actions, queries, waiting_room
from kini.booking.allocation import SlotFull
from kini.booking.models import Slot
from kini.booking.queries import DayAvailability, Venue
from kini.booking.slot_picker import SlotPicker, slot_picker_for
from kini.cases.public import owner_only
from kini.core.actors import ActionRefused
from kini.core.geometry import Point, distance_m
from kini.core.typed_values import parse_day, parse_month
from kini.people.public import nearby
from kini.services import queries as services_queries
from kini.services.models import Service
from kini.web import formats
from kini.web.redirects import SeeOther

WEEK = 7
#: Venues that are listed as nearest.
NEAREST = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A venue to choose.

    Attributes:
        next: its next day with a free place; None: none now.
        waiting: number of people who wait there now.
        metres: distance, if it is known from where.
    """

    venue: Venue
    url: str
    next: date | None
    waiting: int
    metres: float | None


def behind_waiting_room(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator: show the page of the waiting room until the visitor is admitted."""

    @wraps(view)
    def inside(
        request: HttpRequest, *args: Any, draft: UUID | None = None, reference: str = "", **kwargs: Any
    ) -> HttpResponse:
        picker = slot_picker_for(request, draft, reference)
        if waits := waiting_room.queue_position(picker.actor, picker.service):
            context = {"picker": picker, "waits": waits, "wait": formats.duration(waits.seconds, 1)}
            return render(request, "booking/turn.html", context | {"again": waiting_room.POLL_SECONDS})
        return view(request, picker, *args, **kwargs)

    return inside


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
@behind_waiting_room
def places(request: HttpRequest, picker: SlotPicker) -> HttpResponse:
    """Venues, the nearest first, with the next free day and how many wait there now.

    What is typed is the name of a venue, else a place to measure from; the device's position comes by POST.
    """
    if len(picker.venues) == 1:
        return redirect(picker.url("days", venue=picker.venues[0].key))
    typed = request.GET.get("near", "")[:80].strip()
    named = [
        venue for venue in picker.venues if typed and typed.casefold() in f"{venue.name} {venue.address}".casefold()
    ]
    origin = nearby.Origin(name=typed) if named else nearby.origin_of(request)
    if origin.point is None and not typed and picker.home:
        origin = nearby.Origin((picker.home.latitude, picker.home.longitude), picker.home.name)
    choices = _choices(picker, named or picker.venues, origin.point)
    shown = choices if named or origin.point is None else choices[:NEAREST]
    groups: dict[str, list[Place]] = {}
    for place in choices[len(shown) :] if origin.point else choices:
        parent = place.venue.area.parent
        groups.setdefault(parent.name if parent and len(choices) > WEEK else "", []).append(place)
    context = {
        "picker": picker,
        "origin": origin,
        "near": shown if origin.point else [],
        "groups": groups,
        "searches": len(picker.venues) > WEEK,
        "errors": origin.errors,
    }
    return render(request, "booking/places.html", context, status=422 if origin.problem else 200)


def _choices(picker: SlotPicker, venues: Iterable[Venue], point: Point | None) -> list[Place]:
    """The venues with what helps to choose, by distance from the point."""
    wanted = picker.booking_request
    following = queries.next_free_days(picker.service, wanted.group, wanted.party, wanted.resource)
    waiting = queries.waiting_now(picker.service)
    places = [
        Place(
            venue,
            picker.url("days", venue=venue.key),
            following.get(venue.key),
            waiting.get(venue.key, 0),
            distance_m(point, venue.point) if point else None,
        )
        for venue in venues
    ]
    return sorted(places, key=lambda place: place.metres or 0)


@owner_only
@require_safe
@behind_waiting_room
def days(request: HttpRequest, picker: SlotPicker, venue: str) -> HttpResponse:
    """Calendar of a month with free places; starts at the month of the next free day."""
    at, today = picker.venue(venue), formats.today()
    last = queries.last_bookable_day(picker.service, at)
    by_day = {day.day: day for day in queries.day_availability(picker.service, at, picker.search(today, last))}
    free = [day for day in by_day if by_day[day].state == "free"]
    shown = _month(request.GET.get("month", ""), free[0] if free else today)
    first, until = _bounds(shown)
    context = {
        "picker": picker,
        "venue": at,
        "month": shown,
        "weeks": _weeks(first, until, by_day, picker, at),
        "weekdays": [date(2024, 1, 1) + timedelta(days=number) for number in range(WEEK)],
        "earlier": first - timedelta(days=1) if first > today else None,
        "later": until + timedelta(days=1) if until < last else None,
        "nothing": not free,
        "several": len(picker.venues) > 1,
    }
    return render(request, "booking/days.html", context)


def _month(typed: str, otherwise: date) -> date:
    """First day of the month in the query ("2026-12")."""
    return parse_month(typed) or otherwise.replace(day=1)


def _bounds(month: date) -> tuple[date, date]:
    following = (month + timedelta(days=32)).replace(day=1)
    return month, following - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the calendar; `url` if it can be chosen."""

    day: DayAvailability
    url: str


def _weeks(
    first: date, until: date, by_day: Mapping[date, DayAvailability], picker: SlotPicker, at: Venue
) -> list[list[Cell | None]]:
    """Days in rows from Monday to Sunday, past weeks left out; None outside the month."""
    first = max(first, formats.today() - timedelta(days=formats.today().weekday()))
    cells: list[Cell | None] = [None] * first.weekday()
    for number in range((until - first).days + 1):
        current = first + timedelta(days=number)
        day = by_day.get(current) or DayAvailability(current, 0, 0, "none")
        waits = picker.options.waiting_list is not None and day.state == "full" and picker.case is None
        leads = day.state == "free" or waits
        cells.append(Cell(day, picker.url("times", venue=at.key, day=current.isoformat()) if leads else ""))
    cells += [None] * (-len(cells) % WEEK)
    return [cells[start : start + WEEK] for start in range(0, len(cells), WEEK)]


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
@behind_waiting_room
def times(request: HttpRequest, picker: SlotPicker, venue: str, day: str) -> HttpResponse:
    """Times of a day. Posting `slot` holds it, or joins the waiting list of a full one."""
    at, on = picker.venue(venue), _day(day)
    error = ""
    if request.method == "POST":
        slot = picker.slot(request.POST.get("slot", ""))
        error = (
            _hold_or_wait(request, picker, slot, wait=bool(request.POST.get("wait"))) if slot else _("Choose a time.")
        )
        if not error:
            return SeeOther(picker.next_url)
    slots = [
        each for each in queries.slot_availability(picker.service, at, picker.search(on, on)) if each.state != "over"
    ]
    if not slots and not error:
        raise Http404
    waits = picker.options.waiting_list is not None and picker.case is None
    context = {
        "picker": picker,
        "venue": at,
        "day": on,
        "free": [each for each in slots if each.state == "free"],
        "full": [each for each in slots if each.state == "full"] if waits else [],
        "error": error,
        "errors": [("slot", error)] if error else [],
        "back": picker.url("days", venue=at.key) + f"?month={on:%Y-%m}",
    }
    return render(request, "booking/times.html", context, status=422 if error else 200)


def _day(typed: str) -> date:
    day = parse_day(typed)
    if day is None:
        raise Http404
    return day


def _hold_or_wait(request: HttpRequest, picker: SlotPicker, slot: Slot, *, wait: bool) -> str:
    """Hold a slot or join its waiting list; returns an error message, or nothing."""
    try:
        if wait and picker.walk:
            wanted = picker.booking_request
            actions.join_waiting_list(
                by=picker.actor, draft=picker.draft, slot=slot, group=wanted.group, party=wanted.party
            )
            messages.success(request, _("You are on the waiting list. We will let you know when a place is free."))
        else:
            picker.reserve(slot)
    except SlotFull as full:
        actions.offer_free_places(by=picker.actor, slot=slot)
        return str(full)
    except ActionRefused as refusal:
        return str(refusal)
    return ""


@owner_only
@require_POST
def release(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Leave the waiting list, or release the held slot."""
    picker = slot_picker_for(request, draft)
    actions.release_draft(by=picker.actor, draft=picker.draft)
    return SeeOther(picker.url("places"))


@require_safe
def queue_page(request: HttpRequest, service: str, venue: str) -> HttpResponse:
    """Public page of today's queue at a venue: number being served, and how many wait."""
    bookable, at = service_and_venue(service, venue)
    context = {
        "title": queries.title_of(bookable),
        "venue": at,
        "standing": queries.queue_status(bookable, at, formats.today()),
    }
    return render(request, "booking/standing.html", context)


def service_and_venue(service: str, venue: str) -> tuple[Service, Venue]:
    """A bookable service and one of its venues.

    Raises:
        Http404: for an unknown service or venue.
    """
    try:
        bookable = services_queries.active_service(service)
    except Service.DoesNotExist:
        raise Http404 from None
    at = queries.venue(bookable, venue) if bookable.kind == queries.KIND and bookable.current_id else None
    if at is None:
        raise Http404
    return bookable, at
