"""Places at vaccination sites: who offers a vaccine, open slots, take, move and give up a place.

A place is a booking of `kini.booking`. Its quota's trigger takes the dose in the same statement, on every path, so a
place without a dose or a dose without a place cannot be. Take the place last in its transaction: the quota stays locked
until the end.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _

from kini.booking.models import EVERYBODY, Booking
from kini.booking.public import raise_for_verdict
from kini.booking.queries import day_range
from kini.city.public import pack
from kini.core import audit, current_time, references
from kini.core.actions import action, statement_action
from kini.core.actors import ActionRefused, Actor
from kini.core.database.prepared_statements import execute_prepared
from kini.core.geometry import Point, distance_m
from kini.people.models import Resident
from kini.vaccination.sites.models import Session, Site
from kini.vaccination.sites.site_points import site_point

#: Takes the place with its dose and writes the audit entry, in one statement.
_TAKE = f"""
    WITH tried AS MATERIALIZED (
        SELECT kini_book(%s, %s, %s::text[], 1, %s, %s, %s, 'confirmed', NULL, %s, NULL, NULL) AS verdict
    ), kept AS ({audit.INSERT_SELECT} FROM tried WHERE verdict = 'booked')
    SELECT verdict FROM tried
"""  # noqa: S608 -- words of our own
_MOVE = "SELECT kini_rebook(%s, %s, %s, %s::text[], %s)"
#: Free places of sessions for these groups.
_OPEN = """
    SELECT s.id, v.site_id, v.vaccine, s.starts_at, s.ends_at,
        greatest(sum(q.capacity - q.taken), (v.site_id = %(kept_site)s AND v.vaccine = %(kept_vaccine)s)::int)::int
    FROM vaccination_session v
    JOIN vaccination_site site ON site.id = v.site_id AND site.active
    JOIN booking_slot s ON s.id = v.slot_id
    JOIN booking_quota q ON q.slot_id = s.id AND q."group" = ANY(%(groups)s)
    WHERE v.settled_at IS NULL AND v.campaign = %(campaign)s AND v.vaccine = ANY(%(vaccines)s)
        AND (%(site)s::text IS NULL OR v.site_id = %(site)s)
        AND s.starts_at >= %(start)s AND s.starts_at < %(end)s AND s.starts_at > %(now)s
        AND s.closed_at IS NULL AND s.opens_at <= %(now)s
    GROUP BY s.id, v.site_id, v.vaccine
    HAVING sum(q.capacity - q.taken) > 0 OR (v.site_id = %(kept_site)s AND v.vaccine = %(kept_vaccine)s)
    ORDER BY s.starts_at, s.id
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """Wanted place: vaccines of a campaign that the person may have, within some days (both included).

    Attributes:
        groups: quotas that the person may take from, their own first.
        kept: id of the site and vaccine of a dose that is kept for the person: full sessions have a place for it.
    """

    campaign: str
    vaccines: Collection[str]
    first: date
    last: date
    groups: Sequence[str] = (EVERYBODY,)
    kept: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class OpenSlot:
    """A slot with free places, each with its dose."""

    slot: int
    site: str
    vaccine: str
    starts_at: datetime
    ends_at: datetime
    free: int


@dataclass(frozen=True, slots=True)
class SiteOffer:
    """A site with free places: which vaccines, how many places, the first slot, and its distance in metres."""

    site: Site
    vaccines: tuple[str, ...]
    free: int
    next_at: datetime
    metres: float | None


def open_slots(wish: Wish, site: str | None = None) -> list[OpenSlot]:
    """Slots with free places, the earliest first. One query.

    Args:
        site: id; None: at all sites.
    """
    start, end = day_range(wish.first, wish.last)
    values = {
        "groups": list(wish.groups),
        "campaign": wish.campaign,
        "vaccines": sorted(wish.vaccines),
        "site": site,
        "start": start,
        "end": end,
        "now": current_time.now(),
        "kept_site": wish.kept[0],
        "kept_vaccine": wish.kept[1],
    }
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
        return [OpenSlot(*row) for row in cursor.fetchall()]


def sites_with(wish: Wish, near: Point | None = None, count: int = 20) -> list[SiteOffer]:
    """Sites that have free places with the right vaccine: the nearest, or those with the earliest place, first."""
    by_site: dict[str, list[OpenSlot]] = {}
    for each in open_slots(wish):
        by_site.setdefault(each.site, []).append(each)
    offers = []
    for site in Site.objects.filter(pk__in=by_site).select_related("area", "facility", "place"):
        slots = by_site[site.pk]
        metres = distance_m(near, site_point(site)) if near else None
        vaccines = tuple(sorted({each.vaccine for each in slots}))
        offers.append(SiteOffer(site, vaccines, sum(each.free for each in slots), slots[0].starts_at, metres))
    return sorted(offers, key=lambda each: (each.metres or 0, each.next_at, each.site.name))[:count]


@statement_action
def take_place(
    *,
    by: Actor,
    slot: int,
    groups: Sequence[str],
    period: str,
    resident: Resident | None = None,
    reference: str = "",
) -> str:
    """Take a place with its dose, in one statement. Return the reference of the booking.

    Args:
        slot: id of the session's slot.
        groups: quotas to take from, the person's own first.
        period: names campaign and dose, as "vaccination covid-19 2". A resident has one place in it; for persons
            without a profile a constraint of the caller holds that.
        reference: default: a new one.

    Raises:
        booking.public.SlotFull, ActionRefused: with a message for the user.
    """
    reference = reference or references.generate(pack.current().reference_prefix)
    values = [current_time.now(), slot, list(groups), resident.pk if resident else None, period, reference, by.user_id]
    detail = {"slot": slot, "period": period}
    entry = audit.entry_values(by=by, action="booking.booked", subject=f"booking:{reference}", detail=detail)
    [(verdict,)] = execute_prepared(_TAKE, [*values, *entry])
    raise_for_verdict(verdict)
    return reference


@statement_action
def move_place(*, by: Actor, booking: Booking, slot: int, groups: Sequence[str], period: str) -> None:
    """Move a place to another slot: its dose there is taken and the one here given back, in one statement.

    Raises:
        booking.public.SlotFull, ActionRefused: with a message for the user.
    """
    if booking.state != "confirmed":
        raise ActionRefused(_("This booking cannot be changed any more."))
    [(verdict,)] = execute_prepared(_MOVE, [current_time.now(), booking.pk, slot, list(groups), period])
    raise_for_verdict(verdict)
    detail = {"from": booking.slot_id, "to": slot}
    audit.record(by=by, action="booking.moved", subject=f"booking:{booking.reference}", detail=detail)


@action
def give_up_place(*, by: Actor, booking: Booking, state: str = "cancelled") -> bool:
    """Give a place up; its dose is free for others in the same statement. Return whether it was taken until now.

    Args:
        state: "cancelled" or "expired".
    """
    ended = Booking.objects.filter(pk=booking.pk, state__in=("held", "confirmed", "arrived"))
    if not ended.update(state=state, expires_at=None, ended_at=current_time.now()):
        return False
    audit.record(by=by, action=f"booking.{state}", subject=f"booking:{booking.reference}")
    return True


def session_of(booking: Booking) -> Session | None:
    """Session of a booking; None: it is another service's."""
    return Session.objects.select_related("site", "slot").filter(slot=booking.slot_id).first()
