"""Every write about slots and bookings by those who book. What officers do at the venue is in `venue.py`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from kini.booking import queries, rules, taking
from kini.booking.events import PlaceOffered
from kini.booking.models import COMING, ONCE, PASSING, Booking, Quota, Slot
from kini.booking.schedule import BookingOptions
from kini.cases import access
from kini.cases import actions as case_actions
from kini.cases.models import Case, Draft
from kini.cases.rules import RESIDENT
from kini.city import pack
from kini.core import audit, events, moments, references
from kini.core.actions import action, statement
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused, system
from kini.core.crypto import seal_json, unseal_json
from kini.people.models import Resident
from kini.services.models import Service, ServiceVersion
from kini.web.formats import local

_OFFER = "SELECT kini_booking_offer(%s, %s, %s)"


@action
def open_slots(*, by: Actor, service: Service) -> int:
    """Bring the slots of a service to what its schedule says, for as many days as one can book ahead and one more.

    A slot that the schedule no longer has goes where nobody booked it, else it stays; a changed capacity is taken
    over as far as what is taken allows. Says how many slots are new.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("The program does this by itself."))
    options, made = queries.options_of(service), 0
    for venue in queries.venues(service):
        made += _bring(service, options, venue)
    if made:
        audit.record(by=by, action="booking.slots-opened", subject=f"service:{service.pk}", detail={"count": made})
    return made


def _bring(service: Service, options: BookingOptions, venue: queries.Venue) -> int:
    calendar, first = pack.current().calendar, queries.today()
    days = [first + timedelta(days=number) for number in range(options.days + 2)]
    planned = {
        (plan.resource, plan.starts_at): plan
        for day in days
        for plan in rules.planned(options, venue.key, day, calendar.timezone, calendar.days_off)
        if plan.starts_at > moments.now()
    }
    there = Slot.objects.filter(venue.q, service=service, starts_at__gt=moments.now())
    known = {(slot.resource, slot.starts_at): slot for slot in there}
    gone = [slot.pk for key, slot in known.items() if key not in planned]
    Slot.objects.filter(pk__in=gone, bookings=None).delete()
    fresh = [
        Slot(
            service=service,
            unit=venue.unit,
            place=venue.place,
            area=venue.area,
            resource=plan.resource,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            opens_at=plan.opens_at,
        )
        for key, plan in planned.items()
        if key not in known
    ]
    stored = Slot.objects.bulk_create(fresh, batch_size=1000)
    Quota.objects.bulk_create(
        [
            Quota(slot=slot, group=group, capacity=capacity)
            for slot in stored
            for group, capacity in options.quotas(planned[slot.resource, slot.starts_at].capacity).items()
        ],
        batch_size=2000,
    )
    _resize(options, {slot.pk: planned[key] for key, slot in known.items() if key in planned})
    return len(stored)


def _resize(options: BookingOptions, planned: Mapping[int, rules.Planned]) -> None:
    """Take over capacities and groups that the schedule changed."""
    found = Quota.objects.filter(slot__in=planned).select_for_update(no_key=True)
    known = {(quota.slot_id, quota.group): quota for quota in found.order_by("pk")}
    for pk, plan in planned.items():
        wanted = options.quotas(plan.capacity)
        for group in {*wanted, *(name for slot, name in known if slot == pk)}:
            quota = known.get((pk, group)) or Quota(slot_id=pk, group=group, capacity=0)
            capacity = max(wanted.get(group, 0), quota.taken)
            if quota.pk is None or quota.capacity != capacity:
                quota.capacity = capacity
                quota.save()


@statement
def hold(*, by: Actor, draft: Draft, slot: Slot, group: str, party: int) -> Booking:
    """Keep places of a slot for somebody while they check their answers. An earlier hold of theirs is given up.

    Raises:
        NotAllowed: when the draft is somebody else's.
        Full: when there is no room.
        Refused: when it is too early or too late, or they have a booking in that time already.
    """
    access.require_theirs(by, draft)
    options = queries.options_of(slot.service)
    until = moments.now() + timedelta(minutes=options.hold_minutes)
    booking = taking.take(by, slot, draft.resident, group, party, becomes="held", until=until, draft=draft)
    return queries.bookings().get(reference=booking)


@statement
def book(
    *, by: Actor, service: Service, slot: Slot, resident: Resident, group: str, party: int, given: dict[str, Any]
) -> str:
    """Book at once, for programs: hold and confirm in one statement. The case is opened from `given` right after.

    Args:
        given: complete, valid answers (services.answering.take), without files.

    Returns:
        The reference, which will be that of the case.

    Raises:
        NotAllowed: when it is for somebody else.
        Full, Refused: as `hold`.
    """
    if resident.user_id != by.user_id:
        raise NotAllowed(_("You cannot apply for this person. Add them to your family first."))
    reference = references.new(pack.current().reference_prefix)
    request = seal_json({"version": service.current_id, "given": given}, _context(reference))
    return taking.take(by, slot, resident, group, party, becomes="confirmed", reference=reference, request=request)


def _context(reference: str) -> str:
    return f"booking {reference}"


@action
def confirm(*, by: Actor, case: Case) -> Booking:
    """Turn what a case's draft holds, or was offered, into its booking; the case has just been opened.

    A hold that has run out still counts while nobody has taken its place. One that was booked before its case was
    opened (`book`) only learns of the case.

    Raises:
        Refused: when nothing is held any more and there is no room.
    """
    booking = _to_confirm(case)
    if booking is None:
        raise Refused(_("Choose a place and a time first."))
    if booking.state == "expired":
        _again(by, booking)
        booking = Booking.objects.get(draft=booking.draft_id, state="held")
    if booking.state in PASSING:
        booking.state, booking.expires_at = "confirmed", None
    booking.reference, booking.case, booking.request = case.reference, case, None
    booking.save()
    audit.record(by=by, action="booking.confirmed", subject=f"case:{case.reference}", detail={"slot": booking.slot_id})
    _send_there(case, booking)
    return booking


def _to_confirm(case: Case) -> Booking | None:
    locked = Booking.objects.select_for_update(of=("self",)).select_related("slot__service")
    if known := locked.filter(reference=case.reference, case=None).first():
        return known
    mine = locked.filter(draft__case=case, case=None, state__in=(*PASSING, "expired"))
    return mine.order_by("-pk").first()


def _again(by: Actor, booking: Booking) -> None:
    """Take the places of a hold once more that somebody swept meanwhile."""
    taking.take(
        by,
        booking.slot,
        booking.resident,
        booking.group,
        booking.party,
        becomes="held",
        until=moments.now() + timedelta(minutes=1),
        draft=booking.draft,
    )


def _send_there(case: Case, booking: Booking) -> None:
    """The unit at which it is booked works on the case."""
    unit = booking.slot.unit
    if unit and unit.pk != case.unit_id and unit.agency_id == case.agency_id:
        case_actions.send_unit(by=system("booking"), case=case, unit=unit)


@action
def open_case(*, by: Actor, booking: Booking) -> Case | None:
    """Open the case of a booking that a program made. Done again it does nothing.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("The program does this by itself."))
    booking = Booking.objects.select_for_update(of=("self",)).select_related("resident").get(pk=booking.pk)
    if booking.case_id or not booking.request:
        return booking.case
    asked = unseal_json(booking.request, _context(booking.reference))
    return case_actions.apply(
        by=Actor(ActorKind.RESIDENT, booking.user_id),
        version=ServiceVersion.objects.select_related("service").get(pk=asked["version"]),
        resident=booking.resident,
        given=asked["given"],
        confirm=True,
        reference=booking.reference,
    )


@action
def wait(*, by: Actor, draft: Draft, slot: Slot, group: str, party: int) -> Booking:
    """Join the waiting list of a full slot. What becomes free is offered in the order in which people came.

    Raises:
        NotAllowed: when the draft is somebody else's.
        Refused: when the service has no waiting list, it is too late, or they have a booking in that time already.
    """
    access.require_theirs(by, draft)
    options = queries.options_of(slot.service)
    if options.waiting_list is None or not 1 <= party <= options.most:
        raise Refused(_("There is no waiting list here. Choose another time."))
    taking.in_time(slot)
    period = taking.period_of(slot)
    mine = Booking.objects.filter(resident=draft.resident, period=period)
    mine.filter(state__in=("held", "waiting")).update(state="cancelled", expires_at=None, ended_at=moments.now())
    if mine.filter(state__in=("offered", *COMING, "served")).exists():
        taking.understood("double")
    booking = Booking.objects.create(
        reference=references.new(pack.current().reference_prefix),
        slot=slot,
        group=group,
        party=party,
        state="waiting",
        resident=draft.resident,
        period=period,
        user_id=by.user_id,
        draft=draft,
        made_at=moments.now(),
    )
    audit.record(by=by, action="booking.waits", subject=f"booking:{booking.reference}", detail={"slot": slot.pk})
    return booking


@action
def pass_on(*, by: Actor, slot: Slot) -> int:
    """Offer what is free in a slot to those who wait for it, and tell them. Says how many offers were made."""
    options = queries.options_of(slot.service)
    if options.waiting_list is None or not queries.bookable(slot.service, slot):
        return 0
    until = moments.now() + timedelta(minutes=options.waiting_list.offer_minutes)
    until = min(until, rules.last_call(options, local(slot.starts_at)))
    with connection.cursor() as cursor:
        cursor.execute(_OFFER, [moments.now(), slot.pk, until])
        offered = [row[0] for row in cursor.fetchall()]
    for booking in offered:
        events.announce(PlaceOffered(booking))
    if offered:
        audit.record(by=by, action="booking.offered", subject=f"slot:{slot.pk}", detail={"bookings": offered})
    return len(offered)


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
        _send_there(booking.case, booking)
    pass_on(by=by, slot=before)


@action
def sweep(*, by: Actor) -> int:
    """End holds and offers that have run out, and pass their places on. Says how many.

    Nobody has to wait for this: whoever books a slot sweeps it. It keeps the tables small and makes offers.
    """
    found = list(queries.passed().select_for_update(of=("self",), skip_locked=True).select_related("slot__service"))
    ended = Booking.objects.filter(pk__in=[booking.pk for booking in found])
    ended.update(state="expired", expires_at=None, ended_at=moments.now())
    for slot in {booking.slot for booking in found}:
        pass_on(by=by, slot=slot)
    if found:
        audit.record(by=by, action="booking.swept", subject="bookings", detail={"count": len(found)})
    return len(found)


@action
def rehearse_slots(*, by: Actor, service: Service, number: int) -> None:
    """A slot for an example, at the venue and on the day of that number; what is there already stays.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("The program does this by itself."))
    options, found = queries.options_of(service), queries.venues(service)
    if not found:
        raise Refused(_("There is no place for this service."))
    venue, starts_at = found[number % len(found)], rules.example_moment(options, local(moments.now()), number)
    resource = next(iter(options.resources), "")
    slot, new = Slot.objects.get_or_create(
        service=service,
        unit=venue.unit,
        place=venue.place,
        resource=resource,
        starts_at=starts_at,
        defaults={
            "area": venue.area,
            "ends_at": starts_at + timedelta(minutes=options.every or 120),
            "opens_at": moments.now(),
        },
    )
    if new:
        quotas = options.quotas(options.capacity)
        Quota.objects.bulk_create(Quota(slot=slot, group=each, capacity=places) for each, places in quotas.items())


@action
def rehearse_past(*, by: Actor, slot: Slot) -> None:
    """Let a slot have been an hour ago, for an example.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("The program does this by itself."))
    slot.starts_at, slot.ends_at = moments.now() - timedelta(hours=2), moments.now() - timedelta(hours=1)
    slot.save(update_fields=["starts_at", "ends_at"])


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
