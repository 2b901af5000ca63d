"""Section of the health record: appointments and queue numbers of health services."""

from collections.abc import Iterator, Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.booking import queries as booking
from kini.booking.models import Booking
from kini.records.public import HealthEntry, HealthSection, Subject, health_sections
from kini.web import formats

#: Category of the pack's services whose bookings belong to a health record.
CATEGORY = "health"
#: States of a booking that is ahead, or for which somebody waits.
AHEAD = ("held", "offered", "waiting", "confirmed", "arrived")
MOST = 20
STATES: Mapping[str, str | Promise] = {
    "held": gettext_lazy("Held for you"),
    "offered": gettext_lazy("Offered to you"),
    "waiting": gettext_lazy("Waiting list"),
    "confirmed": gettext_lazy("Booked"),
    "arrived": gettext_lazy("Checked in"),
}


def _appointments(subject: Subject) -> Iterator[HealthEntry]:
    bookings = booking.bookings().filter(
        resident=subject.resident,
        state__in=AHEAD,
        slot__service__category=CATEGORY,
        vaccination_registration=None,  # they have a section of their own
        slot__starts_at__gte=booking.day_range(formats.today(), formats.today())[0],
    )
    for each in bookings.select_related("case").order_by("slot__starts_at", "pk")[:MOST]:
        yield _appointment(each)


def _appointment(each: Booking) -> HealthEntry:
    starts, at = each.slot.starts_at, booking.venue_of(each.slot)
    lines = (
        formats.moment(starts),
        str(at.name),
        _("Your number in the queue: %(number)s") % {"number": each.number} if each.number else "",
    )
    return HealthEntry(
        str(booking.title_of(each.slot.service)),
        formats.city_time(starts).date(),
        tuple(filter(None, lines)),
        str(STATES.get(each.state, each.state)),
        "info",
        each.reference,
        reverse("booking:ticket", args=[each.case.reference]) if each.case else "",
        _("Ticket, other time or cancel"),
        changed_at=each.arrived_at or each.made_at,
    )


def register() -> None:
    """Register the section; called once at start."""
    section = HealthSection(
        *(gettext_lazy("Appointments and queue numbers"), "calendar", 20, _appointments),
        gettext_lazy("Your bookings of health services from today on, as they stand at this moment."),
        gettext_lazy("Open the ticket to choose another time, or to cancel."),
        shared=False,
    )
    health_sections.register("appointments", section)
