"""Waiting list of a full slot: free places are offered in order of arrival."""

from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext as _

from kini.booking import allocation, queries, rules
from kini.booking.events import PlaceOffered
from kini.booking.models import EXPECTED_STATES, Booking, Slot
from kini.cases.models import Draft
from kini.cases.public import access
from kini.city.public import pack
from kini.core import audit, current_time, events, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.web.formats import city_time

_OFFER = "SELECT kini_booking_offer(%s, %s, %s)"


@action
def join_waiting_list(*, by: Actor, draft: Draft, slot: Slot, group: str, party: int) -> Booking:
    """Join the waiting list of a full slot.

    Raises:
        NotAllowed: if the draft belongs to somebody else.
        ActionRefused: without a waiting list, too late, or with a booking in that period already.
    """
    access.require_own_draft(by, draft)
    options = queries.options_of(slot.service)
    if options.waiting_list is None or not 1 <= party <= options.most:
        raise ActionRefused(_("There is no waiting list for this time. Choose another one."))
    allocation.require_bookable(slot)
    period = allocation.period_for_slot(slot)
    mine = Booking.objects.filter(resident=draft.resident, period=period)
    mine.filter(state__in=("held", "waiting")).update(state="cancelled", expires_at=None, ended_at=current_time.now())
    if mine.filter(state__in=("offered", *EXPECTED_STATES, "served")).exists():
        allocation.raise_for_verdict("double")
    booking = Booking.objects.create(
        reference=references.generate(pack.current().reference_prefix),
        slot=slot,
        group=group,
        party=party,
        state="waiting",
        resident=draft.resident,
        period=period,
        user_id=by.user_id,
        draft=draft,
        made_at=current_time.now(),
    )
    audit.record(by=by, action="booking.waits", subject=f"booking:{booking.reference}", detail={"slot": slot.pk})
    return booking


@action
def offer_free_places(*, by: Actor, slot: Slot) -> int:
    """Offer free places of a slot to its waiting list and notify. Returns the number of offers."""
    options = queries.options_of(slot.service)
    if options.waiting_list is None or not queries.is_bookable(slot.service, slot):
        return 0
    until = current_time.now() + timedelta(minutes=options.waiting_list.offer_minutes)
    until = min(until, rules.booking_deadline(options, city_time(slot.starts_at)))
    with connection.cursor() as cursor:
        cursor.execute(_OFFER, [current_time.now(), slot.pk, until])
        offered = [row[0] for row in cursor.fetchall()]
    for booking in offered:
        events.publish(PlaceOffered(booking))
    if offered:
        audit.record(by=by, action="booking.offered", subject=f"slot:{slot.pk}", detail={"bookings": offered})
    return len(offered)


@action
def expire_holds(*, by: Actor) -> int:
    """Expire holds and offers past their deadline, and offer their places. Returns their number.

    Booking a slot expires its holds as well; this keeps the tables small and makes offers.
    """
    expired = list(
        queries.expired_holds().select_for_update(of=("self",), skip_locked=True).select_related("slot__service")
    )
    ended = Booking.objects.filter(pk__in=[booking.pk for booking in expired])
    ended.update(state="expired", expires_at=None, ended_at=current_time.now())
    for slot in {booking.slot for booking in expired}:
        offer_free_places(by=by, slot=slot)
    if expired:
        audit.record(by=by, action="booking.swept", subject="bookings", detail={"count": len(expired)})
    return len(expired)
