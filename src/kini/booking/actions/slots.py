"""Actions that create slots: from the schedule, and for examples."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from django.utils.translation import gettext as _

from kini.booking import queries, rules
from kini.booking.models import Quota, Slot
from kini.booking.schedule import BookingOptions
from kini.city.public import pack
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.services.models import Service
from kini.web import formats
from kini.web.formats import city_time


@action
def open_slots(*, by: Actor, service: Service) -> int:
    """Bring the slots of a service in line with its schedule, for the bookable days and one more.

    Slots that left the schedule are deleted unless booked; a changed capacity applies as far as taken places allow.
    Returns the number of new slots.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    options, count = queries.options_of(service), 0
    for venue in queries.venues(service):
        count += _update_venue(service, options, venue)
    if count:
        audit.record(by=by, action="booking.slots-opened", subject=f"service:{service.pk}", detail={"count": count})
    return count


def _update_venue(service: Service, options: BookingOptions, venue: queries.Venue) -> int:
    calendar, first = pack.current().calendar, formats.today()
    days = [first + timedelta(days=number) for number in range(options.days + 2)]
    planned = {
        (plan.resource, plan.starts_at): plan
        for day in days
        for plan in rules.planned_slots(options, venue.key, day, calendar.timezone, calendar.days_off)
        if plan.starts_at > current_time.now()
    }
    there = Slot.objects.filter(venue.q, service=service, starts_at__gt=current_time.now())
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


def _resize(options: BookingOptions, planned: Mapping[int, rules.PlannedSlot]) -> None:
    """Apply changed capacities and groups of the schedule."""
    quotas = Quota.objects.filter(slot__in=planned).select_for_update(no_key=True)
    known = {(quota.slot_id, quota.group): quota for quota in quotas.order_by("pk")}
    for pk, plan in planned.items():
        wanted = options.quotas(plan.capacity)
        for group in {*wanted, *(name for slot, name in known if slot == pk)}:
            quota = known.get((pk, group)) or Quota(slot_id=pk, group=group, capacity=0)
            capacity = max(wanted.get(group, 0), quota.taken)
            if quota.pk is None or quota.capacity != capacity:
                quota.capacity = capacity
                quota.save()


@action
def create_example_slot(*, by: Actor, service: Service, number: int, units: Collection[str] = ()) -> None:
    """Create an example slot at the venue and on the day of that number; an existing one stays.

    Args:
        units: keys of the units to choose from, for home visits; empty: all venues.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    options = queries.options_of(service)
    venues = [venue for venue in queries.venues(service) if not units or venue.key in units]
    if not venues:
        raise ActionRefused(_("This service has no venue."))
    venue, starts_at = venues[number % len(venues)], rules.example_start(options, city_time(current_time.now()), number)
    resource = next(iter(options.resources), "")
    slot, created = Slot.objects.get_or_create(
        service=service,
        unit=venue.unit,
        place=venue.place,
        resource=resource,
        starts_at=starts_at,
        defaults={
            "area": venue.area,
            "ends_at": starts_at + timedelta(minutes=options.every or 120),
            "opens_at": current_time.now(),
        },
    )
    if created:
        quotas = options.quotas(options.capacity)
        Quota.objects.bulk_create(Quota(slot=slot, group=each, capacity=places) for each, places in quotas.items())


@action
def end_example_slot(*, by: Actor, slot: Slot) -> None:
    """End a slot of today for an example: an hour ago, or less shortly after midnight.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    now = current_time.now()
    midnight = city_time(now).replace(hour=0, minute=0, second=0, microsecond=0)
    slot.starts_at = max(now - timedelta(hours=2), midnight)
    slot.ends_at = slot.starts_at + (now - slot.starts_at) / 2
    slot.save(update_fields=["starts_at", "ends_at"])
