"""Officers' pages for the day of a venue: list, check-in, calls, walk-ins, closing a slot."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.booking import queries, venue_actions
from kini.booking.allocation import SlotFull
from kini.booking.models import EXPECTED_STATES, WALK_IN, Booking, Quota, Slot
from kini.booking.pages import service_and_venue
from kini.booking.queries import Venue
from kini.cases.public import CasePermission
from kini.city.public import pack
from kini.core import current_time, references
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.grants import Scope
from kini.core.localized_text import Text
from kini.core.typed_values import parse_day
from kini.people import actions as people_actions
from kini.people.public import AccessType, DataRead, access_purposes, officers_only
from kini.people.queries import actor_for
from kini.people.rules import may
from kini.services.models import Service
from kini.web import formats
from kini.web.formats import city_time
from kini.web.redirects import SeeOther


def venue_scope(service: Service, at: Venue) -> Scope:
    return Scope(service.agency_id, at.area.path, service.pk)


def day_url(service: Service, at: Venue, day: date) -> str:
    return reverse("booking:desk-day", args=[service.pk, at.key, day.isoformat()])


@dataclass(frozen=True, slots=True)
class Row:
    """A venue where the officer works, and the number of people expected today."""

    title: Text
    venue: Venue
    url: str
    coming: int


@officers_only(CasePermission.ACT)
@require_safe
def venues_today(request: HttpRequest) -> HttpResponse:
    """Venues where the officer works, most expected people first."""
    actor, day = actor_for(request), formats.today()
    counts = queries.expected_counts(day)
    rows = [
        Row(queries.title_of(service), at, day_url(service, at, day), counts.get((service.pk, at.key), 0))
        for service in queries.services()
        for at in queries.venues(service)
        if may(actor, CasePermission.ACT, venue_scope(service, at))
    ]
    if len(rows) == 1:
        return redirect(rows[0].url)
    rows.sort(key=lambda row: (-row.coming, str(row.title), row.venue.name))
    return render(request, "booking/desk_today.html", {"rows": rows, "day": day})


@dataclass(frozen=True, slots=True)
class Session:
    """A slot of the day with its bookings and places."""

    slot: Slot
    resource: Text | None
    bookings: list[Booking]
    taken: int
    capacity: int
    walk_in: bool


@officers_only(CasePermission.ACT)
@require_safe
def day(request: HttpRequest, service: str, venue: str, day: str) -> HttpResponse:
    """Bookings of a day at a venue."""
    bookable, at, on = _day_for_officer(request, service, venue, day)
    bookings = [each for each in queries.of_day(bookable, at, on) if _is_listed(each)]
    _log_names(actor_for(request), bookings)
    arrived = [each for each in bookings if each.state == "arrived"]
    context = {
        "title": queries.title_of(bookable),
        "service": bookable,
        "venue": at,
        "day": on,
        "is_today": on == formats.today(),
        "sessions": list(_sessions(bookable, at, on, bookings)),
        "next": next((each for each in sorted(arrived, key=_queue_order) if each.called_at is None), None),
        "standing": queries.queue_status(bookable, at, on),
        "before": day_url(bookable, at, on - timedelta(days=1)),
        "after": day_url(bookable, at, on + timedelta(days=1)),
        "now": current_time.now(),
    }
    return render(request, "booking/desk_day.html", context)


def _log_names(actor: Actor, bookings: Iterable[Booking]) -> None:
    """Log the read access to the residents' names."""
    reads = [DataRead(each.resident_id, each.reference) for each in bookings if each.resident_id]
    people_actions.log_reads(by=actor, what=AccessType.BOOKING, reads=reads, purpose=access_purposes.APPOINTMENT)


def _is_listed(booking: Booking) -> bool:
    """Select bookings for the day's list: expected, present, served, missed, or expired without an outcome."""
    passed = booking.state == "expired" and booking.case_id is not None
    return passed or booking.state in (*EXPECTED_STATES, "served", "missed")


def _queue_order(booking: Booking) -> Any:
    return booking.slot.starts_at, booking.arrived_at


def _day_for_officer(request: HttpRequest, service: str, key: str, day: str) -> tuple[Service, Venue, date]:
    bookable, at = service_and_venue(service, key)
    if not may(actor_for(request), CasePermission.ACT, venue_scope(bookable, at)):
        raise Http404
    on = parse_day(day)
    if on is None:
        raise Http404
    return bookable, at, on


def _sessions(service: Service, at: Venue, on: date, bookings: Iterable[Booking]) -> Iterable[Session]:
    options = queries.options_of(service)
    start, end = queries.day_range(on, on)
    slots = Slot.objects.filter(at.q, service=service, starts_at__gte=start, starts_at__lt=end)
    for slot in slots.prefetch_related("quotas"):
        quotas: list[Quota] = list(slot.quotas.all())
        resource = options.resources.get(slot.resource)
        yield Session(
            slot,
            resource.name if resource else None,
            [each for each in bookings if each.slot_id == slot.pk],
            sum(quota.taken for quota in quotas),
            sum(quota.capacity for quota in quotas),
            any(quota.group == WALK_IN and quota.taken < quota.capacity for quota in quotas),
        )


@officers_only(CasePermission.ACT)
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest) -> HttpResponse:
    """Check in by the code of the ticket (`code`), typed or from its QR code."""
    actor = actor_for(request)
    typed = (request.POST.get("code") or request.GET.get("code") or "").replace("\0", "")[:40]
    reference = references.parse(pack.current().reference_prefix, typed) if typed else None
    booking = queries.bookings().filter(reference=reference).first() if reference else None
    if booking and not may(actor, CasePermission.ACT, venue_actions.slot_scope(booking.slot)):
        booking = None
    error = (
        _("No booking with this code was found here. Compare the code with the ticket.")
        if typed and not booking
        else ""
    )
    if request.method == "POST" and booking:
        try:
            arrived = venue_actions.check_in(by=actor, booking=booking)
            messages.success(request, _("Checked in: number %(number)s.") % {"number": arrived.number})
            return SeeOther(_day_of(booking))
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            error = str(refusal)
    _log_names(actor, [booking] if booking else [])
    context = {
        "code": typed,
        "booking": booking,
        "title": queries.title_of(booking.slot.service) if booking else "",
        "venue": queries.venue_of(booking.slot) if booking else None,
        "error": error,
        "errors": [("code", error)] if error else [],
    }
    return render(request, "booking/desk_check_in.html", context, status=422 if error and typed else 200)


def _day_of(booking: Booking) -> str:
    slot = booking.slot
    return day_url(slot.service, queries.venue_of(slot), city_time(slot.starts_at).date())


@officers_only(CasePermission.ACT)
@require_POST
def change_booking(request: HttpRequest, reference: str, step: str) -> HttpResponse:
    """Change a booking: check-in, call, serve, miss, was-there."""
    actor = actor_for(request)
    booking = queries.bookings().filter(reference=reference).first()
    if booking is None or not may(actor, CasePermission.ACT, venue_actions.slot_scope(booking.slot)):
        raise Http404
    match step:
        case "check-in":
            venue_actions.check_in(by=actor, booking=booking)
        case "call":
            venue_actions.call_visitor(by=actor, booking=booking)
        case "serve" | "miss":
            venue_actions.finish_booking(by=actor, booking=booking, used=step == "serve")
        case "was-there":
            venue_actions.undo_no_show(by=actor, booking=booking)
        case _:
            raise Http404
    return SeeOther(_day_of(booking))


def _slot_for_officer(request: HttpRequest, slot: int) -> tuple[Actor, Slot, str]:
    """The officer, the slot, and the URL of its day."""
    actor = actor_for(request)
    located = Slot.objects.select_related("service", "area", "unit__area", "place__area").filter(pk=slot).first()
    if located is None or not may(actor, CasePermission.ACT, venue_actions.slot_scope(located)):
        raise Http404
    return actor, located, day_url(located.service, queries.venue_of(located), city_time(located.starts_at).date())


@officers_only(CasePermission.ACT)
@require_POST
def walk_in(request: HttpRequest, slot: int) -> HttpResponse:
    """Admit a visitor without a booking."""
    actor, target, back = _slot_for_officer(request, slot)
    try:
        booking = venue_actions.admit_walk_in(by=actor, slot=target)
        messages.success(request, _("Admitted: number %(number)s.") % {"number": booking.number})
    except SlotFull as full:
        messages.error(request, str(full))
    return SeeOther(back)


@officers_only(CasePermission.ACT)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, slot: int) -> HttpResponse:
    """Close a slot (`message`): bookings move to the next slot with room, and their residents read the message."""
    actor, target, back = _slot_for_officer(request, slot)
    message, errors = request.POST.get("message", "").replace("\0", "").strip(), []
    if request.method == "POST":
        try:
            moved, cancelled = venue_actions.close_slot(by=actor, slot=target, message=message)
            words = ngettext("Closed. %(number)d booking was moved", "Closed. %(number)d bookings were moved", moved)
            messages.success(
                request, f"{words % {'number': moved}}; {_('cancelled: %(number)d.') % {'number': cancelled}}"
            )
            return SeeOther(back)
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            errors = [("message", str(refusal))]
    coming = queries.bookings().filter(slot=target, state__in=EXPECTED_STATES).count()
    context = {"slot": target, "venue": queries.venue_of(target), "coming": coming, "back": back, "message": message}
    title = queries.title_of(target.service)
    return render(
        request, "booking/desk_close.html", context | {"errors": errors, "title": title}, status=422 if errors else 200
    )
