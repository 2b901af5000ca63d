"""Officers' actions at a venue: check in, call, admit walk-ins, record outcomes, close a slot."""

from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kini.booking import actions, allocation, queries
from kini.booking.allocation import SlotFull
from kini.booking.events import WaitedInVain
from kini.booking.models import EXPECTED_STATES, EXPIRING_STATES, WALK_IN, Booking, Slot
from kini.cases import actions as case_actions
from kini.cases.public import CasePermission, access
from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system, system
from kini.core.grants import Scope
from kini.people.rules import require
from kini.services.models import Service
from kini.web.formats import city_time, today

#: Moves of a booking's flow: served, missed, called off by the city.
SERVE_MOVE, MISS_MOVE, CALL_OFF_MOVE = "serve", "miss", "call_off"
#: Timeline entry: a no-show was taken back.
NO_SHOW_UNDONE = "was-there"


def slot_scope(slot: Slot) -> Scope:
    """Permission scope of a slot."""
    return Scope(slot.service.agency_id, slot.area.path, slot.service_id)


def _locked(by: Actor, booking: Booking) -> Booking:
    """Lock and reload the booking for an officer of its venue."""
    Booking.objects.select_for_update().only("pk").get(pk=booking.pk)
    locked = queries.bookings().select_related("case").get(pk=booking.pk)
    require(by, CasePermission.ACT, slot_scope(locked.slot))
    if locked.case:
        access.require_at_desk(by, CasePermission.ACT, locked.case)
    return locked


@action
def check_in(*, by: Actor, booking: Booking) -> Booking:
    """Check in: assign the next number of the day's queue. Idempotent.

    Raises:
        NotAllowed: if the officer does not work there, or it is their own booking.
        ActionRefused: if it is for another day, or over.
    """
    booking = _locked(by, booking)
    if booking.state == "arrived":
        return booking
    if booking.state != "confirmed":
        raise ActionRefused(_("This booking is over: it was used, missed or cancelled."))
    if city_time(booking.slot.starts_at).date() != today():
        raise ActionRefused(_("This booking is for another day."))
    return _arrive(by, booking)


def _arrive(by: Actor, booking: Booking) -> Booking:
    booking.state, booking.arrived_at, booking.number = "arrived", current_time.now(), _next_number(booking)
    booking.save(update_fields=["state", "arrived_at", "number"])
    audit.record(by=by, action="booking.arrived", subject=f"booking:{booking.reference}")
    return booking


def _next_number(booking: Booking) -> str:
    """Next queue number of the day at the venue, with the letter of the group. The day's first slot is the lock."""
    slot = booking.slot
    service, venue, day = slot.service, queries.venue_of(slot), city_time(slot.starts_at).date()
    start, end = queries.day_range(day, day)
    slots = Slot.objects.filter(venue.q, service=service, starts_at__gte=start, starts_at__lt=end)
    slots.select_for_update().order_by("pk").first()
    # Slots of another room, as of vaccination sites, have no options of their own.
    letter = queries.options_of(service).letter(booking.group) if service.kind == queries.KIND else "A"
    count = queries.of_day(service, venue, day).filter(number__startswith=letter).count()
    return f"{letter}{count + 1:03}"


@action
def call_visitor(*, by: Actor, booking: Booking) -> Booking:
    """Call a visitor who has checked in; theirs becomes the number being served.

    Raises:
        NotAllowed: as `check_in`.
        ActionRefused: if they have not checked in.
    """
    booking = _locked(by, booking)
    if booking.state != "arrived":
        raise ActionRefused(_("Check them in first."))
    booking.called_at = current_time.now()
    booking.save(update_fields=["called_at"])
    audit.record(by=by, action="booking.called", subject=f"booking:{booking.reference}")
    return booking


@action
def finish_booking(*, by: Actor, booking: Booking, used: bool) -> None:
    """Record that a visitor was served or did not come, and move the case.

    Raises:
        NotAllowed: as `check_in`, or if the officer may not take the step.
        ActionRefused: if it is over, or too early for a no-show.
    """
    booking = _locked(by, booking)
    if booking.state not in EXPECTED_STATES:
        raise ActionRefused(_("This booking is over: it was used, missed or cancelled."))
    if booking.case:
        case_actions.move(by=by, case=booking.case, move=SERVE_MOVE if used else MISS_MOVE)
    else:
        record_outcome(by=by, booking=booking, used=used)


@action
def record_outcome(*, by: Actor, booking: Booking, used: bool) -> None:
    """Record the outcome of a booking; called when its case has moved. Idempotent."""
    booking = Booking.objects.select_for_update(of=("self",)).select_related("slot").get(pk=booking.pk)
    if booking.state not in EXPECTED_STATES:
        return
    if not used and current_time.now() < booking.slot.starts_at:
        raise ActionRefused(_("This time has not begun yet. Cancel the booking instead."))
    booking.state, booking.ended_at = "served" if used else "missed", current_time.now()
    booking.save(update_fields=["state", "ended_at"])
    audit.record(by=by, action=f"booking.{booking.state}", subject=f"booking:{booking.reference}")


@action
def mark_no_show(*, by: Actor, booking: Booking) -> bool:
    """Mark a no-show, if the booking still is one. Returns whether it was.

    Raises:
        NotAllowed: for anybody but the system.
    """
    due = _lock_if_due(by, booking, queries.no_shows)
    if due is None:
        return False
    if due.case:
        case_actions.move(by=by, case=due.case, move=MISS_MOVE)
    else:
        record_outcome(by=by, booking=due, used=False)
    return True


@action
def lapse_booking(*, by: Actor, booking: Booking) -> bool:
    """Lapse a booking of a past day: visitors who checked in count as served, of others nothing is known.

    Returns:
        Whether the booking was due.

    Raises:
        NotAllowed: for anybody but the system.
    """
    due = _lock_if_due(by, booking, queries.lapsed_bookings)
    if due is None:
        return False
    if due.case:
        case_actions.move(by=by, case=due.case, move=SERVE_MOVE if due.state == "arrived" else queries.LAPSE_MOVE)
    else:
        record_outcome(by=by, booking=due, used=True)
    return True


def _lock_if_due(by: Actor, booking: Booking, query: Callable[[Service], QuerySet[Booking]]) -> Booking | None:
    """Lock the booking; None if the query no longer returns it.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    locked = Booking.objects.select_for_update(of=("self",)).select_related("case", "slot__service")
    current = locked.get(pk=booking.pk)
    return current if query(current.slot.service).filter(pk=current.pk).exists() else None


@action
def record_lapse(*, by: Actor, booking: Booking) -> None:
    """Record that the booking expired; called when its case has moved. Idempotent."""
    booking = Booking.objects.select_for_update(of=("self",)).get(pk=booking.pk)
    if booking.state not in EXPECTED_STATES:
        return
    booking.state, booking.ended_at = "expired", current_time.now()
    booking.save(update_fields=["state", "ended_at"])
    audit.record(by=by, action="booking.lapsed", subject=f"booking:{booking.reference}")


@action
def undo_no_show(*, by: Actor, booking: Booking) -> None:
    """Undo a no-show: it no longer counts, and the resident reads so.

    Raises:
        NotAllowed: as `check_in`.
        ActionRefused: if the booking was not missed, or they have another booking in that period by now.
    """
    booking = _locked(by, booking)
    if booking.state != "missed":
        raise ActionRefused(_("This booking was not marked as missed."))
    try:
        with transaction.atomic():
            booking.state = "served"
            booking.save(update_fields=["state"])
    except IntegrityError:
        raise ActionRefused(_("They have another booking in that period.")) from None
    audit.record(by=by, action="booking.was-there", subject=f"booking:{booking.reference}")
    if booking.case:
        case_actions.add_timeline_entry(by=by, case=booking.case, sort=NO_SHOW_UNDONE, data={})


@action
def admit_walk_in(*, by: Actor, slot: Slot, party: int = 1) -> Booking:
    """Admit a visitor without a booking from the walk-in quota, with a number at once.

    Raises:
        NotAllowed: if the officer does not work there.
        SlotFull: if the walk-in quota is taken.
        ActionRefused: if the slot is closed or over.
    """
    require(by, CasePermission.ACT, slot_scope(slot))
    if slot.closed_at or slot.ends_at <= current_time.now():
        raise ActionRefused(_("This time is over or closed."))
    try:
        reference = allocation.allocate(by, slot, None, WALK_IN, party, becomes="confirmed")
    except SlotFull:
        raise SlotFull(_("All places for visitors without a booking are taken.")) from None
    return _arrive(by, queries.bookings().get(reference=reference))


@action
def close_slot(*, by: Actor, slot: Slot, message: str) -> tuple[int, int]:
    """Close a slot: bookings move to the next slot with room or are called off; each resident is notified once.

    Args:
        message: reason, read by every resident concerned.

    Returns:
        Number of bookings moved, and called off.

    Raises:
        NotAllowed: if the officer does not work there.
        ActionRefused: without a message, or if the slot is closed already.
    """
    require(by, CasePermission.ACT, slot_scope(slot))
    slot = (
        Slot.objects.select_for_update(of=("self",))
        .select_related("service", "unit__area", "place__area")
        .get(pk=slot.pk)
    )
    message = " ".join(message.split())[:500]
    if not message:
        raise ActionRefused(_("Write a message for those who have booked."))
    if slot.closed_at:
        raise ActionRefused(_("This slot is already closed."))
    slot.closed_at = current_time.now()
    slot.save(update_fields=["closed_at"])
    bookings = Booking.objects.select_for_update(of=("self",)).filter(slot=slot).select_related("case", "slot__service")
    for booking in bookings.filter(state__in=(*EXPIRING_STATES, "waiting")):
        actions.cancel_booking(by=by, booking=booking)
        if booking.state in ("waiting", "offered"):
            events.publish(WaitedInVain(booking.pk, message))
    moved = [
        _move_or_cancel(by, booking, slot, message)
        for booking in bookings.filter(state__in=EXPECTED_STATES).order_by("made_at")
    ]
    called_off = len(moved) - sum(moved)
    detail = {"moved": sum(moved), "called_off": called_off, "message": message}
    audit.record(by=by, action="booking.slot-closed", subject=f"slot:{slot.pk}", detail=detail)
    return sum(moved), called_off


def _move_or_cancel(by: Actor, booking: Booking, slot: Slot, message: str) -> bool:
    """Move a booking to the next free slot, or call it off. Returns whether it was moved."""
    options = queries.options_of(slot.service)
    day, venue = city_time(slot.starts_at).date(), queries.venue_of(slot)
    last = day + timedelta(days=options.days)
    wanted = queries.SlotSearch(day, last, booking.group, booking.party, slot.resource)
    candidates = queries.slot_availability(slot.service, venue, wanted)
    for each in (
        one for one in candidates if one.state == "free" and one.slot != slot.pk and one.starts_at >= slot.starts_at
    ):
        try:
            actions.move_booking(by=by, booking=booking, slot=Slot.objects.get(pk=each.slot), message=message)
        except ActionRefused:  # somebody took it just now, or they have another booking then
            continue
        return True
    if booking.case:
        actor = system("slot closed")
        case_actions.move(by=actor, case=booking.case, move=CALL_OFF_MOVE, values={"reason": message})
    actions.cancel_booking(by=by, booking=booking)
    return False
