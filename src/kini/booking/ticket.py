"""Ticket of a booking: QR code, queue status, calendar file, link to another time."""

from datetime import UTC

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.booking import home_visits, queries
from kini.booking.models import EXPECTED_STATES, Booking
from kini.cases.models import Case
from kini.cases.public import own_case_for_visitor, owner_only, panels, tracking
from kini.core import current_time
from kini.core.localized_text import Text
from kini.services.public import kinds, snapshot_of
from kini.web import formats
from kini.web.formats import city_time
from kini.web.qr import qr


def _booking(request: HttpRequest, reference: str) -> tuple[Case, Booking]:
    case = own_case_for_visitor(request, reference)
    if booking := queries.of_case(case):
        return case, booking
    raise Http404


def check_in_address(booking: Booking) -> str:
    """Path in the QR code of a ticket: the officers' check-in page."""
    return f"{reverse('booking:desk-check-in')}?code={booking.reference}"


def _title(case: Case) -> Text:
    return kinds.get(case.kind).title(snapshot_of(case.version).definition)


@owner_only
@require_safe
def ticket(request: HttpRequest, reference: str) -> HttpResponse:
    """The ticket of a booking."""
    case, booking = _booking(request, reference)
    slot = booking.slot
    at, options = queries.venue_of(slot), queries.options_of(slot.service)
    day = city_time(slot.starts_at).date()
    today, coming = day == formats.today(), booking.state in EXPECTED_STATES
    there = home_visits.visit_address_of_case(case, options)
    check_in = request.build_absolute_uri(check_in_address(booking))
    context = {
        "case": case,
        "title": _title(case),
        "bring": snapshot_of(case.version).definition.bring,
        "booking": booking,
        "venue": at,
        "visited": there,
        "resource": options.resources.get(slot.resource),
        "group": options.groups.get(booking.group),
        "coming": coming,
        "qr": qr(check_in) if coming else "",
        "papers": panels.render_room_panels(request, tracking.resident_view(request, case), "papers") if coming else "",
        "standing": queries.queue_status(slot.service, at, day, booking) if today and coming else None,
        "changes": booking.state == "confirmed" and case.closed_at is None and current_time.now() < slot.starts_at,
    }
    return render(request, "booking/ticket.html", context)


@owner_only
@require_safe
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The booking as an iCalendar file (RFC 5545). A moved booking is the same event with a higher sequence."""
    import icalendar  # here: 10 MB that most processes never need

    case, booking = _booking(request, reference)
    slot, at = booking.slot, queries.venue_of(booking.slot)
    host, expected = request.get_host().split(":")[0], booking.state in EXPECTED_STATES
    address = home_visits.visit_address_of_case(case, queries.options_of(slot.service))
    event = icalendar.Event.new(
        uid=f"{booking.reference}@{host}",
        sequence=case.entries,
        stamp=current_time.now().astimezone(UTC),
        start=slot.starts_at.astimezone(UTC),
        end=slot.ends_at.astimezone(UTC),
        summary=str(_title(case)),
        location=address or ", ".join(part for part in (at.name, at.address) if part),
        description=_("Your code when you arrive: %(code)s") % {"code": booking.reference} if expected else None,
        url=request.build_absolute_uri(reverse("booking:ticket", args=[case.reference])),
        status=icalendar.STATUS.CONFIRMED if expected else icalendar.STATUS.CANCELLED,
    )
    file = icalendar.Calendar.new(prodid="-//Kini//Kini//", subcomponents=[event])
    response = HttpResponse(file.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{booking.reference}.ics"'
    return response
