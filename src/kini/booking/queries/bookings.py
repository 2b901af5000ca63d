"""Queries of bookings: of a case, draft or day, queue status, no-shows, consistency."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from kini.booking import rules
from kini.booking.models import EXPECTED_STATES, EXPIRING_STATES, Booking
from kini.booking.queries.bookable_services import Venue, day_range, options_of
from kini.cases.models import Case, Draft
from kini.core import current_time
from kini.people.models import Resident
from kini.services.models import Service
from kini.web.formats import city_time, today

#: Calls of the last minutes from which the pace is computed.
PACE_MINUTES = 90
#: A check-in within half a day of a slot was on the same day.
HALF_A_DAY, A_DAY = timedelta(hours=12), timedelta(days=1)
#: Move of the flow that ends a booking without an outcome.
LAPSE_MOVE = "lapse"


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """Status of a day's queue.

    Attributes:
        serving: last called number; empty before the first call.
        ahead: checked-in visitors before the given booking.
        minutes: estimated wait of the given booking.
    """

    serving: str
    waiting: int
    ahead: int = 0
    minutes: int = 0


def bookings() -> QuerySet[Booking]:
    """Bookings with slot, venue, area, service and resident selected."""
    return Booking.objects.select_related(
        "slot__unit__area__parent", "slot__place__area__parent", "slot__area", "slot__service__agency", "resident"
    )


def of_draft(draft: Draft) -> Booking | None:
    """Latest booking of a draft that was not cancelled."""
    return bookings().filter(draft=draft, case=None).exclude(state="cancelled").order_by("-pk").first()


def of_case(case: Case) -> Booking | None:
    return bookings().filter(case=case).first()


def of_day(service: Service, at: Venue, day: date) -> QuerySet[Booking]:
    """Bookings of a day at a venue."""
    start, end = day_range(day, day)
    on_day = bookings().filter(slot__service=service, slot__starts_at__gte=start, slot__starts_at__lt=end)
    place = Q(slot__unit=at.unit) if at.unit else Q(slot__place=at.place)
    return on_day.filter(place).order_by("slot__starts_at", "slot__resource", "pk")


def queue_status(service: Service, at: Venue, day: date, booking: Booking | None = None) -> QueueStatus:
    """Status of a day's queue, optionally as seen by one booking. Two queries."""
    calls = of_day(service, at, day).filter(called_at__isnull=False).order_by("-called_at")
    called = list(calls.values_list("number", "called_at")[:50])
    arrived = of_day(service, at, day).filter(state="arrived", called_at=None)
    waiting = list(arrived.order_by("slot__starts_at", "arrived_at").values_list("pk", flat=True))
    serving = called[0][0] if called else ""
    if booking is None or booking.pk not in waiting:
        return QueueStatus(serving, len(waiting), len(waiting))
    ahead = waiting.index(booking.pk)
    since = current_time.now() - timedelta(minutes=PACE_MINUTES)
    recent = [at for _number, at in called if at and at >= since]
    minutes = (current_time.now() - min(recent)).total_seconds() / 60 if recent else 0.0
    options = options_of(service)
    length = (booking.slot.ends_at - booking.slot.starts_at).total_seconds() / 60
    wait = rules.waiting_minutes(ahead + 1, len(recent), minutes, length, options.capacity)
    return QueueStatus(serving, len(waiting), ahead, wait)


def waiting_now(service: Service) -> dict[str, int]:
    """Number of people who arrived today and wait, by venue. One query."""
    start, end = day_range(today(), today())
    here = Booking.objects.filter(slot__service=service, slot__starts_at__gte=start, slot__starts_at__lt=end)
    waiting = here.filter(state="arrived", called_at=None).values_list("slot__unit_id", "slot__place_id")
    return dict(Counter(unit or place for unit, place in waiting))


def without_case() -> QuerySet[Booking]:
    """Confirmed bookings whose case is not open yet."""
    return Booking.objects.filter(case=None, request__isnull=False, state__in=EXPECTED_STATES).order_by("pk")


def expired_holds() -> QuerySet[Booking]:
    """Expired holds and offers that were not swept yet."""
    return Booking.objects.filter(state__in=EXPIRING_STATES, expires_at__lte=current_time.now())


_UNSOUND = """
    SELECT q.id FROM booking_quota q
    LEFT JOIN booking_booking b ON b.quota_id = q.id
        AND b.state IN ('held', 'offered', 'confirmed', 'arrived', 'served', 'missed')
    GROUP BY q.id HAVING q.taken <> coalesce(sum(b.party), 0) OR q.taken > q.capacity
"""


def inconsistent_quotas() -> list[int]:
    """Ids of quotas whose counter differs from their bookings or exceeds the capacity; empty in a sound database."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSOUND)
        return [row[0] for row in cursor.fetchall()]


def no_shows(service: Service) -> QuerySet[Booking]:
    """No-shows by today's rule: bookings of past slots without check-in, where others were checked in."""
    rule = options_of(service).missed_on(today())
    if rule is None:
        return Booking.objects.none()
    over = current_time.now() - timedelta(minutes=rule.after_minutes)
    checked_in = Booking.objects.alias(at=Coalesce("slot__place_id", "slot__unit_id")).filter(
        at=Coalesce(OuterRef("slot__place_id"), OuterRef("slot__unit_id")),
        slot__service=service,
        arrived_at__gte=OuterRef("slot__starts_at") - HALF_A_DAY,
        arrived_at__lte=OuterRef("slot__ends_at") + HALF_A_DAY,
    )
    confirmed = Booking.objects.filter(state="confirmed", slot__service=service, slot__ends_at__lte=over)
    return confirmed.filter(slot__closed_at=None).filter(Exists(checked_in)).order_by("pk")


def lapsed_bookings(service: Service) -> QuerySet[Booking]:
    """Bookings that lapse: past for a day with a lapse move in the flow, and walk-ins who were checked in."""
    ends = Q(case__version__edges__move=LAPSE_MOVE, case__version__edges__state=F("case__state"))
    left = Booking.objects.filter(
        slot__service=service, state__in=EXPECTED_STATES, slot__ends_at__lte=current_time.now() - A_DAY
    )
    return left.filter(ends | Q(case=None, request=None, state="arrived")).order_by("pk")


def paused_until(service: Service, resident: Resident) -> date | None:
    """First day on which a resident may book again after missed bookings; None: now."""
    rule = options_of(service).missed_on(today())
    if rule is None or rule.times is None:
        return None
    missed = Booking.objects.filter(resident=resident, slot__service=service, state="missed")
    recent = missed.filter(slot__starts_at__gte=current_time.now() - timedelta(days=rule.within_days))
    days = [city_time(at).date() for at in recent.values_list("slot__starts_at", flat=True)]
    return rules.pause_end(days, rule.times, rule.pause_days, today())


def expected_counts(day: date) -> dict[tuple[str, str], int]:
    """Number of expected bookings on a day, by service and venue."""
    start, end = day_range(day, day)
    expected = Booking.objects.filter(state__in=EXPECTED_STATES, slot__starts_at__gte=start, slot__starts_at__lt=end)
    at = Coalesce("slot__place_id", "slot__unit_id")
    rows = expected.values_list("slot__service_id", at).annotate(count=Count("pk")).order_by()
    return {(service, key): count for service, key, count in rows}
