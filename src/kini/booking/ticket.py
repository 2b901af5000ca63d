"""Ticket of a booking: QR code, queue status, calendar file, link to another time."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.booking import ical, queries, visits
from kini.booking.models import COMING, Booking
from kini.cases import panels
from kini.cases.models import Case
from kini.cases.pages import tracking
from kini.cases.pages.visiting import own_case_of, personal
from kini.core import moments
from kini.core.texts import Text
from kini.services.kinds import kinds
from kini.services.versions import resolve
from kini.web import formats
from kini.web.formats import local
from kini.web.qr import qr


def _booking(request: HttpRequest, reference: str) -> tuple[Case, Booking]:
    case = own_case_of(request, reference)
    if booking := queries.of_case(case):
        return case, booking
    raise Http404


def check_in_address(booking: Booking) -> str:
    """Path in the QR code of a ticket: the officers' check-in page."""
    return f"{reverse('booking:desk-check-in')}?code={booking.reference}"


def _title(case: Case) -> Text:
    return kinds.get(case.kind).title(resolve(case.version).definition)


@personal
@require_safe
def ticket(request: HttpRequest, reference: str) -> HttpResponse:
    """The ticket of a booking."""
    case, booking = _booking(request, reference)
    slot = booking.slot
    at, options = queries.venue_of(slot), queries.options_of(slot.service)
    day = local(slot.starts_at).date()
    today, coming = day == formats.today(), booking.state in COMING
    there = visits.visited_of(case, options)
    check_in = request.build_absolute_uri(check_in_address(booking))
    context = {
        "case": case,
        "title": _title(case),
        "bring": resolve(case.version).definition.bring,
        "booking": booking,
        "venue": at,
        "visited": there,
        "resource": options.resources.get(slot.resource),
        "group": options.groups.get(booking.group),
        "coming": coming,
        "qr": qr(check_in) if coming else "",
        "papers": panels.beside(request, tracking.following(request, case), "papers") if coming else "",
        "standing": queries.standing(slot.service, at, day, booking) if today and coming else None,
        "changes": booking.state == "confirmed" and case.closed_at is None and moments.now() < slot.starts_at,
    }
    return render(request, "booking/ticket.html", context)


@personal
@require_safe
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The booking as an iCalendar file (RFC 5545). A moved booking is the same event with a higher sequence."""
    case, booking = _booking(request, reference)
    slot, at = booking.slot, queries.venue_of(booking.slot)
    host = request.get_host().split(":")[0]
    event = ical.Event(
        uid=f"{booking.reference}@{host}",
        sequence=case.entries,
        stamp=moments.now(),
        start=slot.starts_at,
        end=slot.ends_at,
        summary=str(_title(case)),
        location=visits.visited_of(case, queries.options_of(slot.service))
        or ", ".join(part for part in (at.name, at.address) if part),
        about=_("Your code when you arrive: %(code)s") % {"code": booking.reference} if booking.state in COMING else "",
        url=request.build_absolute_uri(reverse("booking:ticket", args=[case.reference])),
        holds=booking.state in COMING,
    )
    response = HttpResponse(ical.written(event), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{booking.reference}.ics"'
    return response
