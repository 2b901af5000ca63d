"""Counters of people in a venue. No action with an audit entry: a number per entry would be a log of entries.

A device sends its totals of the day, not single entries, and the larger number stands: a message that is lost, sent
twice or late changes nothing, and a gate without a net goes on counting.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kini.core import current_time
from kini.core.crypto import candidate_hashes
from kini.core.database.prepared_statements import execute_prepared
from kini.web.formats import city_time

GATE_PURPOSE = "epidemic.gate"
#: A counting day begins at this hour, so that a night out is counted as one.
DAY_BEGINS = timedelta(hours=4)
MOST = 1_000_000
#: Devices that may count at one venue on a day; more would be somebody who invents them.
MOST_DEVICES = 50

_STORE = """
    WITH venue AS (
        SELECT id, capacity, kind FROM epidemic_venue WHERE gate_hash = ANY(%(gates)s) AND closed_at IS NULL
    ), others AS (
        SELECT count(*) AS devices, coalesce(sum(each.entered), 0) AS entered, coalesce(sum(each.gone), 0) AS gone
        FROM epidemic_venuecount AS each JOIN venue ON each.venue_id = venue.id
        WHERE each.day = %(day)s AND each.device <> %(device)s
    ), stored AS (
        INSERT INTO epidemic_venuecount AS stored (venue_id, day, device, entered, gone)
        SELECT venue.id, %(day)s, %(device)s, %(entered)s, %(gone)s FROM venue, others WHERE others.devices < %(most)s
        ON CONFLICT (venue_id, day, device) DO UPDATE SET
            entered = greatest(stored.entered, excluded.entered), gone = greatest(stored.gone, excluded.gone)
        RETURNING entered, gone
    ) SELECT venue.kind, venue.capacity, stored.entered + others.entered, stored.gone + others.gone
    FROM venue, others, stored
"""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Numbers of a venue on a counting day."""

    kind: str
    capacity: int
    entered: int
    gone: int

    @property
    def inside(self) -> int:
        return max(0, self.entered - self.gone)


def counting_day(moment: datetime | None = None) -> date:
    """Return the day on which an entry at that time counts (None: now)."""
    return (city_time(moment or current_time.now()) - DAY_BEGINS).date()


def store_totals(gate_code: str, device: UUID, day: str, entered: int, gone: int) -> Occupancy | None:
    """Store the totals of a device of this counting day or the one before, and return the numbers of the venue.

    One statement. Totals of another day ("2026-12-01") are read as none of today: the device's clock is wrong.

    Returns:
        None: no open venue has a gate with this code, or too many devices count there.
    """
    today = counting_day()
    if day not in (today.isoformat(), (today - timedelta(days=1)).isoformat()):
        day, entered, gone = today.isoformat(), 0, 0
    values = {
        "gates": candidate_hashes(gate_code, GATE_PURPOSE),
        "day": date.fromisoformat(day),
        "device": device,
        "entered": min(max(entered, 0), MOST),
        "gone": min(max(gone, 0), MOST),
        "most": MOST_DEVICES,
    }
    rows = execute_prepared(_STORE, values)
    return Occupancy(*rows[0]) if rows else None
