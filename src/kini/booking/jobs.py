"""What happens by itself: slots are opened day by day, holds run out, offers are told, cases follow bookings."""

import structlog

from kini.booking import actions, notices, queries, venue
from kini.booking.events import PlaceOffered, WaitedInVain
from kini.booking.models import Booking, Slot
from kini.core.actors import Refused, system
from kini.core.events import listens
from kini.core.jobs import every
from kini.people.events import ProfilesJoined

log = structlog.get_logger("kini.booking")
BY = system("booking")
MOST_AT_ONCE = 1_000


@every("5 * * * *", name="booking.open_slots")
def open_slots() -> None:
    """One more day can be booked, when its time has come."""
    for service in queries.services():
        actions.open_slots(by=BY, service=service)


@every("* * * * *", name="booking.sweep")
def sweep() -> None:
    """Holds that ran out make room, and what is free is offered to those who wait."""
    actions.sweep(by=BY)
    for slot in Slot.objects.filter(bookings__state="waiting").select_related("service").distinct():
        actions.pass_on(by=BY, slot=slot)


@every("* * * * *", name="booking.open_cases")
def open_cases() -> None:
    """Bookings that programs made get their cases; one that cannot does not keep the others waiting."""
    for pk in list(queries.without_case().values_list("pk", flat=True)):
        try:
            actions.open_case(by=BY, booking=Booking(pk=pk))
        except Refused as refusal:
            log.warning("a booking has no case yet", booking=pk, reason=str(refusal))


@every("*/10 * * * *", name="booking.mark_missed")
def mark_missed() -> None:
    """Who booked and was not there, where the service says so; one that cannot be told does not stop the others."""
    for service in queries.services():
        for booking in list(queries.not_come(service)[:MOST_AT_ONCE]):
            try:
                venue.mark_missed(by=BY, booking=booking)
            except Refused as refusal:
                log.warning("a missed booking stays open", booking=booking.pk, reason=str(refusal))


@every("37 * * * *", name="booking.let_lapse")
def let_lapse() -> None:
    """Bookings of which nobody says how they went end a day after their time; one that cannot stops no other."""
    for service in queries.services():
        for booking in list(queries.left_open(service)[:MOST_AT_ONCE]):
            try:
                venue.let_lapse(by=BY, booking=booking)
            except Refused as refusal:
                log.warning("a booking of a day that is over stays open", booking=booking.pk, reason=str(refusal))


@listens(PlaceOffered, name="booking.notify_offer")
def tell_offer(event: PlaceOffered) -> None:
    """Tell whoever waited that a place is theirs, and until when."""
    notices.tell_offer(event.booking)


@listens(WaitedInVain, name="booking.notify_closed")
def tell_closed(event: WaitedInVain) -> None:
    """Tell somebody that they wait no more."""
    notices.tell_closed(event.booking, event.message)


@listens(ProfilesJoined, name="booking.merge_profiles")
def bring_bookings_along(event: ProfilesJoined) -> None:
    """What was booked at a counter belongs to the joined profile."""
    actions.hand_over(by=BY, gone=event.gone, kept=event.kept)
