"""Reads of slots and bookings: where, when, how many places are free, who comes, how long one waits."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Coalesce

from kini.booking import rules
from kini.booking.models import COMING, PASSING, Booking, Slot
from kini.booking.schedule import BookingOptions
from kini.cases.models import Case, Draft
from kini.city import pack
from kini.city.atlas import atlas
from kini.city.models import Area, Place, Unit
from kini.core import moments
from kini.core.database.worded import Worded
from kini.core.texts import Text
from kini.services import queries as services_queries
from kini.services.models import Service
from kini.services.schema import Definition
from kini.services.versions import resolve_many
from kini.web.formats import local

KIND = "booking"
#: Of today's calls, those of so many minutes tell the pace.
PACE_MINUTES = 90


@dataclass(frozen=True, slots=True)
class Venue:
    """Where a service is given: a unit of the agency, or a place. `key` is the id of either."""

    key: str
    name: str
    area: Area
    unit: Unit | None = None
    place: Place | None = None

    @property
    def q(self) -> Q:
        """The slots there."""
        return Q(unit=self.unit, place=None) if self.unit else Q(place=self.place, unit=None)

    @property
    def address(self) -> str:
        return self.place.address if self.place else ""


@dataclass(frozen=True, slots=True)
class Free:
    """A slot, and how many people could still book it together. `state`: "free", "full" (one may wait), or "over"."""

    slot: int
    resource: str
    starts_at: datetime
    ends_at: datetime
    free: int
    state: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month: how many places are free in how many slots; `state` as of a slot, "none" without any."""

    day: date
    free: int
    slots: int
    state: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a day's queue stands.

    Attributes:
        serving: the number that was called last; empty before the first.
        ahead: how many who have arrived are called before the booking in question.
        minutes: about how long it waits.
    """

    serving: str
    waiting: int
    ahead: int = 0
    minutes: int = 0


def options_of(service: Service) -> BookingOptions:
    """What the service's present version says about booking."""
    return options_of_version(service.current_id or 0)


@lru_cache(maxsize=200)
def options_of_version(version: int) -> BookingOptions:
    return BookingOptions.model_validate(_definition(version).options_of(KIND))


def title_of(service: Service) -> Text:
    """What a service is called."""
    return _definition(service.current_id or 0).name


def _definition(version: int) -> Definition:
    return resolve_many([version])[version].definition


#: For how many seconds a process believes what changes now and then: when a slot is, how many places are free. Whether
#: a slot can be booked is asked of the database each time.
BELIEVED = 5


def offered(service: str) -> Service:
    """A service that is booked, by its id.

    Raises:
        Service.DoesNotExist: when there is none.
    """
    found = services_queries.service(service)
    if found.kind != KIND or not found.current_id:
        raise Service.DoesNotExist
    return found


def tick() -> int:
    """The number of the present stretch of BELIEVED seconds."""
    return int(time.monotonic() // BELIEVED)


_COLUMNS = tuple(field.attname for field in Slot._meta.concrete_fields)


@Worded
def _slots(slot: int, service: str) -> QuerySet[Slot, Any]:
    return Slot.objects.filter(pk=slot, service=service).order_by().values_list(*_COLUMNS)


@lru_cache(maxsize=5000)
def _slot(service: str, pk: int, _now: int) -> Slot | None:
    rows = _slots(slot=pk, service=service)
    found = Slot.from_db("default", _COLUMNS, rows[0]) if rows else None
    if found:
        found.service = offered(service)
    return found


def forget() -> None:
    """Ask the database anew."""
    _slot.cache_clear()


def services() -> QuerySet[Service]:
    """Services that are booked."""
    return Service.objects.filter(kind=KIND, active=True, current__isnull=False).order_by("id")


def today() -> date:
    """The day it is in the city."""
    return local(moments.now()).date()


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of a day in the city to the last of another."""
    zone = pack.current().timezone
    return datetime.combine(first, rules.MIDNIGHT, zone), datetime.combine(
        last + timedelta(days=1), rules.MIDNIGHT, zone
    )


def venues(service: Service) -> list[Venue]:
    """Where a service is given, in the order of areas."""
    options = options_of(service)
    if options.level:
        units = [_of_unit(unit) for unit in atlas().units.get(service.agency_id, ()) if _gives(options, unit)]
        return sorted(units, key=lambda found: found.area.path)
    return [_of_place(place) for place in atlas().places if place.active and place.kind == options.place]


def venue(service: Service, key: str) -> Venue | None:
    """One of them."""
    options, found = options_of(service), atlas()
    if options.level:
        unit = found.units_by_key.get(key)
        return _of_unit(unit) if unit and unit.agency_id == service.agency_id and _gives(options, unit) else None
    place = found.places_by_key.get(key)
    return _of_place(place) if place and place.active and place.kind == options.place else None


def _gives(options: BookingOptions, unit: Unit) -> bool:
    return unit.active and unit.area.level == options.level


def venue_of(slot: Slot) -> Venue:
    """Where a slot is (with its unit or place loaded)."""
    if slot.unit:
        return _of_unit(slot.unit)
    assert slot.place
    return _of_place(slot.place)


def _of_unit(unit: Unit) -> Venue:
    return Venue(unit.pk, str(Text.model_validate(unit.name)), unit.area, unit=unit)


def _of_place(place: Place) -> Venue:
    return Venue(place.pk, place.name, place.area, place=place)


#: How the slots of a venue are found, each along an index of its own.
_AT_UNIT = "s.unit_id = %(at)s AND s.place_id IS NULL"
_AT_PLACE = "s.place_id = %(at)s AND s.unit_id IS NULL"
#: Places that are free for somebody of these groups, slot by slot. What has run out counts as free although nobody has
#: swept it; what is free belongs to those who wait. A slot can be booked (`can`) while it is in time.
_SLOTS = """
    SELECT s.id, s.resource, s.starts_at, s.ends_at,
        s.closed_at IS NULL AND s.opens_at <= %(now)s AND s.starts_at > %(from)s AS can,
        CASE WHEN waiting.slot_id IS NULL THEN max(q.capacity - q.taken + coalesce(passed.places, 0)) ELSE 0 END AS free
    FROM booking_slot s
    JOIN booking_quota q ON q.slot_id = s.id AND q."group" = ANY(%(groups)s)
    LEFT JOIN (
        SELECT quota_id, sum(party) AS places FROM booking_booking
        WHERE state IN ('held', 'offered') AND expires_at <= %(now)s GROUP BY quota_id
    ) AS passed ON passed.quota_id = q.id
    LEFT JOIN (
        SELECT DISTINCT slot_id FROM booking_booking WHERE state = 'waiting' AND draft_id IS NOT NULL
    ) AS waiting ON waiting.slot_id = s.id
    WHERE s.service_id = %(service)s AND {at} AND s.starts_at >= %(start)s AND s.starts_at < %(end)s
        AND (%(resource)s::text IS NULL OR s.resource = %(resource)s)
    GROUP BY s.id, waiting.slot_id
"""
_DAYS = """
    SELECT (starts_at AT TIME ZONE %(zone)s)::date AS day, count(*), sum(CASE WHEN can THEN free ELSE 0 END),
        CASE WHEN bool_or(can AND free >= %(party)s) THEN 'free' WHEN bool_or(can) THEN 'full' ELSE 'over' END
    FROM ({slots}) AS each GROUP BY day ORDER BY day
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for: on these days (both included), as one of a group, for so many, of what there is.

    Attributes:
        resource: None for all.
    """

    first: date
    last: date
    group: str = ""
    party: int = 1
    resource: str | None = None


def _rows(words: str, service: Service, at: Venue, wanted: Wanted) -> list[Any]:
    options, now = options_of(service), moments.now()
    start, end = span(wanted.first, wanted.last)
    values: dict[str, Any] = {
        "groups": options.groups_for(wanted.group),
        "now": now,
        "from": rules.earliest(options, local(now)),
        "service": service.pk,
        "at": at.key,
        "start": start,
        "end": end,
        "resource": wanted.resource,
        "party": wanted.party,
        "zone": pack.current().timezone.key,
    }
    slots = _SLOTS.format(at=_AT_UNIT if at.unit else _AT_PLACE)
    with connection.cursor() as cursor:
        cursor.execute(words.format(slots=slots), values)
        return cursor.fetchall()


def free(service: Service, at: Venue, wanted: Wanted) -> list[Free]:
    """The slots of some days at a venue. One query."""
    return [_free(row, wanted.party) for row in _rows("{slots} ORDER BY s.starts_at, s.resource", service, at, wanted)]


def _free(row: tuple[int, str, datetime, datetime, bool, int], party: int) -> Free:
    pk, resource, starts_at, ends_at, can, places = row
    left = max(0, places) if can else 0
    return Free(pk, resource, starts_at, ends_at, left, ("free" if left >= party else "full") if can else "over")


def days(service: Service, at: Venue, wanted: Wanted) -> list[Day]:
    """The same by day; days without slots are left out. One query."""
    return [Day(day, int(left), count, state) for day, count, left, state in _rows(_DAYS, service, at, wanted)]


def last_day(service: Service, at: Venue) -> date:
    """The last day that can be booked at a venue now; today when there is none."""
    open_now = Slot.objects.filter(at.q, service=service, opens_at__lte=moments.now())
    last = open_now.aggregate(last=Max("starts_at"))["last"]
    return max(today(), local(last).date()) if last else today()


def day_of(each: Free) -> date:
    """The day in the city on which a slot begins."""
    return local(each.starts_at).date()


_NEXT = """
    SELECT coalesce(s.place_id, s.unit_id), min(s.starts_at) FROM booking_slot s
    JOIN booking_quota q ON q.slot_id = s.id AND q."group" = ANY(%(groups)s) AND q.capacity - q.taken >= %(party)s
    WHERE s.service_id = %(service)s AND s.starts_at > %(from)s AND s.closed_at IS NULL AND s.opens_at <= %(now)s
        AND (%(resource)s::text IS NULL OR s.resource = %(resource)s) AND NOT kini_booking_waits(s.id)
    GROUP BY 1
"""


def next_days(service: Service, group: str, party: int, resource: str | None) -> dict[str, date]:
    """The next day with room for so many, by venue. What only runs out now is not seen yet."""
    options, now = options_of(service), moments.now()
    wanted: dict[str, Any] = {
        "groups": options.groups_for(group),
        "party": party,
        "service": service.pk,
        "now": now,
        "from": rules.earliest(options, local(now)),
        "resource": resource,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, wanted)
        return {key: local(starts_at).date() for key, starts_at in cursor.fetchall()}


def bookable(service: Service, slot: Slot) -> bool:
    """Whether it is in time to book a slot."""
    opens, now = slot.opens_at, moments.now()
    return slot.closed_at is None and opens <= now < rules.last_call(options_of(service), local(slot.starts_at))


def slot(service: Service, pk: int) -> Slot | None:
    """A slot of a service: when it is. Whether it can still be booked is known when it is taken."""
    return _slot(service.pk, pk, tick())


def bookings() -> QuerySet[Booking]:
    """Bookings with their slots and where those are."""
    return Booking.objects.select_related(
        "slot__unit__area__parent", "slot__place__area__parent", "slot__area", "slot__service__agency", "resident"
    )


def of_draft(draft: Draft) -> Booking | None:
    """What a draft holds or waits for: the latest."""
    return bookings().filter(draft=draft, case=None).exclude(state="cancelled").order_by("-pk").first()


def of_case(case: Case) -> Booking | None:
    return bookings().filter(case=case).first()


def of_day(service: Service, at: Venue, day: date) -> QuerySet[Booking]:
    """Who comes to a venue on a day."""
    start, end = span(day, day)
    found = bookings().filter(slot__service=service, slot__starts_at__gte=start, slot__starts_at__lt=end)
    place = Q(slot__unit=at.unit) if at.unit else Q(slot__place=at.place)
    return found.filter(place).order_by("slot__starts_at", "slot__resource", "pk")


def standing(service: Service, at: Venue, day: date, booking: Booking | None = None) -> Standing:
    """The queue of a day, and how many are before a booking in it. Two queries."""
    calls = of_day(service, at, day).filter(called_at__isnull=False).order_by("-called_at")
    called = list(calls.values_list("number", "called_at")[:50])
    arrived = of_day(service, at, day).filter(state="arrived", called_at=None)
    waiting = list(arrived.order_by("slot__starts_at", "arrived_at").values_list("pk", flat=True))
    serving = called[0][0] if called else ""
    if booking is None or booking.pk not in waiting:
        return Standing(serving, len(waiting), len(waiting))
    ahead = waiting.index(booking.pk)
    since = moments.now() - timedelta(minutes=PACE_MINUTES)
    recent = [at for _number, at in called if at and at >= since]
    minutes = (moments.now() - min(recent)).total_seconds() / 60 if recent else 0.0
    options = options_of(service)
    length = (booking.slot.ends_at - booking.slot.starts_at).total_seconds() / 60
    wait = rules.minutes_to_wait(ahead + 1, len(recent), minutes, length, options.capacity)
    return Standing(serving, len(waiting), ahead, wait)


def without_case() -> QuerySet[Booking]:
    """Confirmed bookings whose case is still to be opened."""
    return Booking.objects.filter(case=None, request__isnull=False, state__in=COMING).order_by("pk")


def passed() -> QuerySet[Booking]:
    """Holds and offers that have run out and that nobody has swept yet."""
    return Booking.objects.filter(state__in=PASSING, expires_at__lte=moments.now())


_UNSOUND = """
    SELECT q.id FROM booking_quota q
    LEFT JOIN booking_booking b ON b.quota_id = q.id
        AND b.state IN ('held', 'offered', 'confirmed', 'arrived', 'served', 'missed')
    GROUP BY q.id HAVING q.taken <> coalesce(sum(b.party), 0) OR q.taken > q.capacity
"""


def unsound() -> list[int]:
    """Quotas whose counter is not what their bookings say, or above their capacity: none, if the house stands."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSOUND)
        return [row[0] for row in cursor.fetchall()]


def coming(day: date) -> dict[tuple[str, str], int]:
    """How many bookings there are on a day, by service and venue."""
    start, end = span(day, day)
    found = Booking.objects.filter(state__in=COMING, slot__starts_at__gte=start, slot__starts_at__lt=end)
    at = Coalesce("slot__place_id", "slot__unit_id")
    rows = found.values_list("slot__service_id", at).annotate(count=Count("pk")).order_by()
    return {(service, key): count for service, key, count in rows}
