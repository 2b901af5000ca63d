"""Jobs: open slots, expire holds, offer free places, open cases, and end bookings of past days."""

import structlog

from kini.booking import actions, notifications, queries, venue_actions
from kini.booking.events import PlaceOffered, WaitedInVain
from kini.booking.models import Booking, Slot
from kini.core.actors import ActionRefused, system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.people.events import ProfilesJoined

log = structlog.get_logger("kini.booking")
BY = system("booking")
MOST_AT_ONCE = 1_000


@periodic("5 * * * *", name="booking.open_slots")
def open_slots() -> None:
    """Open the slots of the next day, once a service's opening time has come."""
    for service in queries.services():
        actions.open_slots(by=BY, service=service)


@periodic("* * * * *", name="booking.sweep")
def sweep() -> None:
    """Expire holds and offer free places to the waiting lists."""
    actions.expire_holds(by=BY)
    for slot in Slot.objects.filter(bookings__state="waiting").select_related("service").distinct():
        actions.offer_free_places(by=BY, slot=slot)


@periodic("* * * * *", name="booking.open_cases")
def open_cases() -> None:
    """Open the cases of bookings made through the API; a refusal does not stop the others."""
    for pk in list(queries.without_case().values_list("pk", flat=True)):
        try:
            actions.open_case(by=BY, booking=Booking(pk=pk))
        except ActionRefused as refusal:
            log.warning("a booking has no case yet", booking=pk, reason=str(refusal))


@periodic("*/10 * * * *", name="booking.mark_missed")
def mark_missed() -> None:
    """Mark no-shows of services with such a rule; a refusal does not stop the others."""
    for service in queries.services():
        for booking in list(queries.no_shows(service)[:MOST_AT_ONCE]):
            try:
                venue_actions.mark_no_show(by=BY, booking=booking)
            except ActionRefused as refusal:
                log.warning("a missed booking stays open", booking=booking.pk, reason=str(refusal))


@periodic("37 * * * *", name="booking.let_lapse")
def let_lapse() -> None:
    """End bookings without an outcome a day after their time; a refusal does not stop the others."""
    for service in queries.services():
        for booking in list(queries.lapsed_bookings(service)[:MOST_AT_ONCE]):
            try:
                venue_actions.lapse_booking(by=BY, booking=booking)
            except ActionRefused as refusal:
                log.warning("a booking of a day that is over stays open", booking=booking.pk, reason=str(refusal))


@subscribe(PlaceOffered, name="booking.notify_offer")
def tell_offer(event: PlaceOffered) -> None:
    """Notify the resident of the offer and its deadline."""
    notifications.notify_offer(event.booking)


@subscribe(WaitedInVain, name="booking.notify_closed")
def tell_closed(event: WaitedInVain) -> None:
    """Notify a resident that the slot they waited for was closed."""
    notifications.notify_closed(event.booking, event.message)


@subscribe(ProfilesJoined, name="booking.merge_profiles")
def bring_bookings_along(event: ProfilesJoined) -> None:
    """Transfer the bookings of a merged profile to the remaining one."""
    actions.transfer_bookings(by=BY, gone=event.gone, kept=event.kept)
