"""Actions that change a booking: release, cancel, reschedule, transfer to another profile."""

from django.utils.translation import gettext as _

from kini.booking import allocation, queries
from kini.booking.actions.waiting_list import offer_free_places
from kini.booking.models import EXCLUSIVE_STATES, EXPECTED_STATES, EXPIRING_STATES, Booking, Slot
from kini.cases import actions as case_actions
from kini.cases.models import Case, Draft
from kini.cases.public import access
from kini.cases.rules import RESIDENT
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, require_system


@action
def release_draft(*, by: Actor, draft: Draft) -> None:
    """Release what a draft holds or waits for.

    Raises:
        NotAllowed: if the draft belongs to somebody else.
    """
    access.require_own_draft(by, draft)
    reserved = Booking.objects.select_for_update().filter(
        draft=draft, case=None, state__in=(*EXPIRING_STATES, "waiting")
    )
    for booking in reserved.select_related("slot__service"):
        _end(by, booking, "cancelled")


@action
def cancel_booking(*, by: Actor, booking: Booking) -> None:
    """Cancel a booking and offer its places to the waiting list. The caller ends the case."""
    booking = Booking.objects.select_for_update(of=("self",)).select_related("slot__service").get(pk=booking.pk)
    if booking.state in (*EXPECTED_STATES, *EXPIRING_STATES, "waiting"):
        _end(by, booking, "cancelled")


def _end(by: Actor, booking: Booking, state: str) -> None:
    booking.state, booking.expires_at, booking.ended_at = state, None, current_time.now()
    booking.save(update_fields=["state", "expires_at", "ended_at"])
    audit.record(by=by, action=f"booking.{state}", subject=f"booking:{booking.reference}")
    offer_free_places(by=by, slot=booking.slot)


@action
def reschedule(*, by: Actor, case: Case, slot: Slot, guest_key: str = "") -> Booking:
    """Move a booking to another slot in one step: the old places are released only for the new ones.

    Raises:
        NotAllowed: if the case belongs to somebody else.
        SlotFull: if there is no room.
        ActionRefused: if it is too late for either slot.
    """
    booking = queries.of_case(case)
    if RESIDENT not in access.case_roles(by, case, guest_key) and by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who started it."))
    if booking is None or booking.state != "confirmed" or case.closed_at:
        raise ActionRefused(_("This booking cannot be changed any more."))
    before = booking.slot
    if slot.service_id != before.service_id or current_time.now() >= before.starts_at:
        raise ActionRefused(_("This booking cannot be changed any more."))
    allocation.require_bookable(slot)
    move_booking(by=by, booking=booking, slot=slot)
    return queries.bookings().get(pk=booking.pk)


@action
def move_booking(*, by: Actor, booking: Booking, slot: Slot, message: str = "") -> None:
    """Move a booking to another slot and notify its resident once. The caller has checked permissions.

    Raises:
        SlotFull, ActionRefused: if there is no room, or they have another booking in that period.
    """
    before = booking.slot
    allocation.move_to_slot(booking, slot)
    detail = {"from": before.pk, "to": slot.pk}
    audit.record(by=by, action="booking.moved", subject=f"booking:{booking.reference}", detail=detail)
    if booking.case:
        data = {"from": before.starts_at.isoformat(), "to": slot.starts_at.isoformat(), "message": message}
        case_actions.add_timeline_entry(by=by, case=booking.case, sort="rebooked", data=data)
        booking.slot = slot
        allocation.assign_venue_unit(booking.case, booking)
    offer_free_places(by=by, slot=before)


@action
def transfer_bookings(*, by: Actor, gone: int, kept: int) -> int:
    """Transfer the bookings of a merged profile (resident ids) to the remaining one. Returns their number.

    Where both profiles have one in the same period, both stay: nobody loses a place. Idempotent.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    periods = set(Booking.objects.filter(resident_id=kept, state__in=EXCLUSIVE_STATES).values_list("period", flat=True))
    bookings = Booking.objects.select_for_update(of=("self",)).filter(resident_id=gone)
    for booking in bookings.select_related("slot__service"):
        if booking.state in (*EXPIRING_STATES, "waiting") and booking.period in periods:
            _end(by, booking, "cancelled")
        doubled = booking.state in EXCLUSIVE_STATES and booking.period in periods
        booking.resident_id, booking.period = kept, f"{booking.period} {booking.pk}" if doubled else booking.period
        booking.save(update_fields=["resident", "period"])
    if bookings:
        audit.record(by=by, action="booking.handed-over", subject=f"resident:{kept}", detail={"from": gone})
    return len(bookings)
