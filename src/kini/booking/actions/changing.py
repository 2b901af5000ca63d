"""A booking is given up, ended, taken to another time, or to another profile."""

from django.utils.translation import gettext as _

from kini.booking import queries, taking
from kini.booking.actions.waiting import pass_on
from kini.booking.models import COMING, ONCE, PASSING, Booking, Slot
from kini.cases import access
from kini.cases import actions as case_actions
from kini.cases.models import Case, Draft
from kini.cases.rules import RESIDENT
from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused


@action
def give_up(*, by: Actor, draft: Draft) -> None:
    """Give up what a draft holds or waits for.

    Raises:
        NotAllowed: when the draft is somebody else's.
    """
    access.require_theirs(by, draft)
    held = Booking.objects.select_for_update().filter(draft=draft, case=None, state__in=(*PASSING, "waiting"))
    for booking in held.select_related("slot__service"):
        _end(by, booking, "cancelled")


@action
def cancel(*, by: Actor, booking: Booking) -> None:
    """End a booking before it was used; its places go to those who wait. The case is ended by whoever calls this."""
    booking = Booking.objects.select_for_update(of=("self",)).select_related("slot__service").get(pk=booking.pk)
    if booking.state in (*COMING, *PASSING, "waiting"):
        _end(by, booking, "cancelled")


def _end(by: Actor, booking: Booking, state: str) -> None:
    booking.state, booking.expires_at, booking.ended_at = state, None, moments.now()
    booking.save(update_fields=["state", "expires_at", "ended_at"])
    audit.record(by=by, action=f"booking.{state}", subject=f"booking:{booking.reference}")
    pass_on(by=by, slot=booking.slot)


@action
def reschedule(*, by: Actor, case: Case, slot: Slot, guest_key: str = "") -> Booking:
    """Take a booking to another time or place, in one step: the old places are given back only for the new ones.

    Raises:
        NotAllowed: when the case is somebody else's.
        Full: when there is no room.
        Refused: when it is too late for either time.
    """
    booking = queries.of_case(case)
    if RESIDENT not in access.hats(by, case, guest_key) and by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who began it."))
    if booking is None or booking.state != "confirmed" or case.closed_at:
        raise Refused(_("This booking cannot be changed any more."))
    before = booking.slot
    if slot.service_id != before.service_id or moments.now() >= before.starts_at:
        raise Refused(_("This booking cannot be changed any more."))
    taking.in_time(slot)
    move(by=by, booking=booking, slot=slot)
    return queries.bookings().get(pk=booking.pk)


@action
def move(*, by: Actor, booking: Booking, slot: Slot, message: str = "") -> None:
    """Move a booking to another slot of its service; its resident reads it, once. The caller has checked who may.

    Raises:
        Full, Refused: when there is no room, or they have another booking in that time.
    """
    before = booking.slot
    taking.rebook(booking, slot)
    detail = {"from": before.pk, "to": slot.pk}
    audit.record(by=by, action="booking.moved", subject=f"booking:{booking.reference}", detail=detail)
    if booking.case:
        data = {"from": before.starts_at.isoformat(), "to": slot.starts_at.isoformat(), "message": message}
        case_actions.tell(by=by, case=booking.case, sort="rebooked", data=data)
        booking.slot = slot
        taking.send_there(booking.case, booking)
    pass_on(by=by, slot=before)


@action
def hand_over(*, by: Actor, gone: int, kept: int) -> int:
    """Give the bookings of an emptied profile (ids of residents) to the one it was joined with. Says how many.

    Where both have one in the same time they keep both: nobody loses a place by it. Done again it does nothing.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("The program does this by itself."))
    theirs = set(Booking.objects.filter(resident_id=kept, state__in=ONCE).values_list("period", flat=True))
    found = Booking.objects.select_for_update(of=("self",)).filter(resident_id=gone)
    for booking in found.select_related("slot__service"):
        if booking.state in (*PASSING, "waiting") and booking.period in theirs:
            _end(by, booking, "cancelled")
        doubled = booking.state in ONCE and booking.period in theirs
        booking.resident_id, booking.period = kept, f"{booking.period} {booking.pk}" if doubled else booking.period
        booking.save(update_fields=["resident", "period"])
    if found:
        audit.record(by=by, action="booking.handed-over", subject=f"resident:{kept}", detail={"from": gone})
    return len(found)
