"""Availability: free places by slot and by day, and the next free day of each venue."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from kini.booking import rules
from kini.booking.models import Slot
from kini.booking.queries.bookable_services import Venue, day_range, options_of
from kini.city.public import pack
from kini.core import current_time
from kini.services.models import Service
from kini.web.formats import city_time, today


@dataclass(frozen=True, slots=True)
class SlotAvailability:
    """A slot and its places free for a party. `state`: "free", "full" (waiting list), or "over"."""

    slot: int
    resource: str
    starts_at: datetime
    ends_at: datetime
    free: int
    state: str


@dataclass(frozen=True, slots=True)
class DayAvailability:
    """A day with its free places and number of slots; `state` as of a slot, "none" without slots."""

    day: date
    free: int
    slots: int
    state: str


#: Conditions for the slots of a venue; each has its own index.
_AT_UNIT = "s.unit_id = %(at)s AND s.place_id IS NULL"
_AT_PLACE = "s.place_id = %(at)s AND s.unit_id IS NULL"
#: Free places for these groups, by slot. Expired holds count as free although not swept; free places of a slot with a
#: waiting list belong to it. `can`: it is in time to book the slot.
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
class SlotSearch:
    """A search for slots: days (both included), group, party size and resource.

    Attributes:
        resource: None for any.
    """

    first: date
    last: date
    group: str = ""
    party: int = 1
    resource: str | None = None


def _rows(words: str, service: Service, at: Venue, wanted: SlotSearch) -> list[Any]:
    options, now = options_of(service), current_time.now()
    start, end = day_range(wanted.first, wanted.last)
    values: dict[str, Any] = {
        "groups": options.groups_for(wanted.group),
        "now": now,
        "from": rules.earliest_start(options, city_time(now)),
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
        return list(cursor.fetchall())


def slot_availability(service: Service, at: Venue, wanted: SlotSearch) -> list[SlotAvailability]:
    """Slots of some days at a venue. One query."""
    return [_free(row, wanted.party) for row in _rows("{slots} ORDER BY s.starts_at, s.resource", service, at, wanted)]


def _free(row: tuple[int, str, datetime, datetime, bool, int], party: int) -> SlotAvailability:
    pk, resource, starts_at, ends_at, can, places = row
    left = max(0, places) if can else 0
    return SlotAvailability(
        pk, resource, starts_at, ends_at, left, ("free" if left >= party else "full") if can else "over"
    )


def day_availability(service: Service, at: Venue, wanted: SlotSearch) -> list[DayAvailability]:
    """Days with slots at a venue. One query."""
    return [
        DayAvailability(day, int(left), count, state) for day, count, left, state in _rows(_DAYS, service, at, wanted)
    ]


def last_bookable_day(service: Service, at: Venue) -> date:
    """Last bookable day at a venue; today if there is none."""
    open_now = Slot.objects.filter(at.q, service=service, opens_at__lte=current_time.now())
    last = open_now.aggregate(last=Max("starts_at"))["last"]
    return max(today(), city_time(last).date()) if last else today()


_NEXT = """
    SELECT coalesce(s.place_id, s.unit_id), min(s.starts_at) FROM booking_slot s
    JOIN booking_quota q ON q.slot_id = s.id AND q."group" = ANY(%(groups)s) AND q.capacity - q.taken >= %(party)s
    WHERE s.service_id = %(service)s AND s.starts_at > %(from)s AND s.closed_at IS NULL AND s.opens_at <= %(now)s
        AND (%(resource)s::text IS NULL OR s.resource = %(resource)s) AND NOT kini_booking_waits(s.id)
    GROUP BY 1
"""


def next_free_days(service: Service, group: str, party: int, resource: str | None) -> dict[str, date]:
    """Next day with room for the party, by venue. Places of expired holds are not counted."""
    options, now = options_of(service), current_time.now()
    wanted: dict[str, Any] = {
        "groups": options.groups_for(group),
        "party": party,
        "service": service.pk,
        "now": now,
        "from": rules.earliest_start(options, city_time(now)),
        "resource": resource,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, wanted)
        return {key: city_time(starts_at).date() for key, starts_at in cursor.fetchall()}


def is_bookable(service: Service, slot: Slot) -> bool:
    """Check that it is in time to book a slot."""
    opens, now = slot.opens_at, current_time.now()
    return slot.closed_at is None and opens <= now < rules.booking_deadline(
        options_of(service), city_time(slot.starts_at)
    )
