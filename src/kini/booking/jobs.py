"""Jobs: open slots, expire holds, offer free places, open cases, and end bookings of past days."""

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
    """Open the slots of the next day, once a service's opening time has come."""
    for service in queries.services():
        actions.open_slots(by=BY, service=service)


@every("* * * * *", name="booking.sweep")
def sweep() -> None:
    """Expire holds and offer free places to the waiting lists."""
    actions.sweep(by=BY)
    for slot in Slot.objects.filter(bookings__state="waiting").select_related("service").distinct():
        actions.pass_on(by=BY, slot=slot)


@every("* * * * *", name="booking.open_cases")
def open_cases() -> None:
    """Open the cases of bookings made through the API; a refusal does not stop the others."""
    for pk in list(queries.without_case().values_list("pk", flat=True)):
        try:
            actions.open_case(by=BY, booking=Booking(pk=pk))
        except Refused as refusal:
            log.warning("a booking has no case yet", booking=pk, reason=str(refusal))


@every("*/10 * * * *", name="booking.mark_missed")
def mark_missed() -> None:
    """Mark no-shows of services with such a rule; a refusal does not stop the others."""
    for service in queries.services():
        for booking in list(queries.not_come(service)[:MOST_AT_ONCE]):
            try:
                venue.mark_missed(by=BY, booking=booking)
            except Refused as refusal:
                log.warning("a missed booking stays open", booking=booking.pk, reason=str(refusal))


@every("37 * * * *", name="booking.let_lapse")
def let_lapse() -> None:
    """End bookings without an outcome a day after their time; a refusal does not stop the others."""
    for service in queries.services():
        for booking in list(queries.left_open(service)[:MOST_AT_ONCE]):
            try:
                venue.let_lapse(by=BY, booking=booking)
            except Refused as refusal:
                log.warning("a booking of a day that is over stays open", booking=booking.pk, reason=str(refusal))


@listens(PlaceOffered, name="booking.notify_offer")
def tell_offer(event: PlaceOffered) -> None:
    """Notify the resident of the offer and its deadline."""
    notices.tell_offer(event.booking)


@listens(WaitedInVain, name="booking.notify_closed")
def tell_closed(event: WaitedInVain) -> None:
    """Notify a resident that the slot they waited for was closed."""
    notices.tell_closed(event.booking, event.message)


@listens(ProfilesJoined, name="booking.merge_profiles")
def bring_bookings_along(event: ProfilesJoined) -> None:
    """Transfer the bookings of a merged profile to the remaining one."""
    actions.hand_over(by=BY, gone=event.gone, kept=event.kept)
