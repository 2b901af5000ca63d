"""Merge accounting packets into the session table.

A session keeps the earliest start and the largest counters of all its packets, so neither the order nor the repetition
of packets matters.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from kini.city.public import pack
from kini.core import current_time
from kini.core.crypto import permanent_hash
from kini.core.database.bulk import open_copy
from kini.wifi.accounting import pseudonyms
from kini.wifi.accounting.detail_file import AccountingPacket
from kini.wifi.radius import reauthorization
from kini.wifi.radius.authorization import DEVICE

_TABLE = """
    CREATE TEMP TABLE wifi_packet (
        number integer, key bytea, stops boolean, nas text, access_point text, device bytea, at bigint,
        started_at bigint, seconds bigint, octets_in bigint, octets_out bigint, cause text, handle bytea
    ) ON COMMIT DROP
"""
#: Escapes of COPY's text format.
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_COPY = "COPY wifi_packet FROM STDIN"
#: `person`: owner of the device at that time; `bounded`: its group has a daily limit.
_MERGE = """
    CREATE TEMP TABLE wifi_merged ON COMMIT DROP AS
    SELECT p.key, s.day AS was, (least(s.started_at, p.started_at) AT TIME ZONE %s)::date AS day,
        least(s.nas, p.nas) AS nas, greatest(s.access_point, p.access_point) AS access_point, p.device,
        least(s.started_at, p.started_at) AS started_at, greatest(s.seen_at, p.seen_at) AS seen_at,
        greatest(s.stopped_at, p.stopped_at) AS stopped_at, greatest(s.seconds, p.seconds) AS seconds,
        greatest(s.octets_in, p.octets_in) AS octets_in, greatest(s.octets_out, p.octets_out) AS octets_out,
        greatest(s.cause, p.cause) AS cause, s.person_pseudonym, s.device_pseudonym,
        CASE WHEN coalesce(s.stopped_at, p.stopped_at) IS NULL THEN coalesce(s.handle, p.handle) END AS handle,
        p.number,
        CASE WHEN owned.since < greatest(s.seen_at, p.seen_at) + interval '1 second' THEN owned.owner_id END AS person,
        coalesce(g.daily_seconds, g.daily_octets) IS NOT NULL AS bounded
    FROM (
        SELECT key, min(nas) AS nas, max(access_point) AS access_point, min(device) AS device,
            to_timestamp(min(started_at)) AS started_at, to_timestamp(max(at)) AS seen_at,
            to_timestamp(max(at) FILTER (WHERE stops)) AS stopped_at, min(number) FILTER (WHERE NOT stops) AS number,
            max(seconds) AS seconds, max(octets_in) AS octets_in, max(octets_out) AS octets_out, max(cause) AS cause,
            max(handle) AS handle
        FROM wifi_packet GROUP BY key
    ) AS p
    LEFT JOIN wifi_sessionday d ON d.key = p.key
    LEFT JOIN wifi_session s ON s.key = d.key AND s.day = d.day
    LEFT JOIN wifi_device owned ON owned.mark = p.device
    LEFT JOIN wifi_group g ON g.id = owned.group_id
"""
#: Without statistics the planner reads all devices and sorts needlessly.
_ANALYZE = "ANALYZE wifi_merged (key)"
#: Open sessions without a handle, by the number of a packet that names them.
_NAMELESS = "SELECT key, number FROM wifi_merged WHERE stopped_at IS NULL AND handle IS NULL AND number IS NOT NULL"
_MONTHS = "SELECT DISTINCT date_trunc('month', day)::date FROM wifi_merged"
#: A pseudonym stays while its session stays in its month. A person has one for a device that was theirs at that time.
_STORE = (
    "SELECT wifi_session_partition(day) FROM (SELECT DISTINCT day FROM wifi_merged) AS days",
    "DELETE FROM wifi_session s USING wifi_merged m WHERE s.key = m.key AND s.day = m.was AND m.was <> m.day",
    """
    INSERT INTO wifi_session
    SELECT m.key, m.day, m.nas, m.access_point, m.device, m.started_at, m.seen_at, m.stopped_at, m.seconds, m.octets_in,
        m.octets_out, m.cause, coalesce(m.handle, named.handle),
        coalesce(kept.person, substr(wifi_mark('person ' || m.person, month.pads), 1, 16)),
        coalesce(kept.device, substr(wifi_mark('device ' || encode(m.device, 'hex'), month.pads), 1, 16))
    FROM wifi_merged m
    CROSS JOIN LATERAL (
        SELECT CASE WHEN same THEN m.person_pseudonym END AS person,
            CASE WHEN same THEN m.device_pseudonym END AS device
        FROM (SELECT date_trunc('month', m.was) = date_trunc('month', m.day) AS same) AS months
    ) AS kept
    LEFT JOIN unnest(%(months)s::date[], %(pads)s::bytea[]) AS month (first, pads)
        ON month.first = date_trunc('month', m.day)
    LEFT JOIN unnest(%(keys)s::bytea[], %(handles)s::bytea[]) AS named (key, handle) ON named.key = m.key
    ON CONFLICT (day, key) DO UPDATE SET nas = excluded.nas, access_point = excluded.access_point,
        started_at = excluded.started_at, seen_at = excluded.seen_at, stopped_at = excluded.stopped_at,
        seconds = excluded.seconds, octets_in = excluded.octets_in, octets_out = excluded.octets_out,
        cause = excluded.cause, handle = excluded.handle, person_pseudonym = excluded.person_pseudonym,
        device_pseudonym = excluded.device_pseudonym
    """,
    """
    INSERT INTO wifi_sessionday SELECT key, day FROM wifi_merged WHERE was IS DISTINCT FROM day
    ON CONFLICT (key) DO UPDATE SET day = excluded.day WHERE wifi_sessionday.day <> excluded.day
    """,
    """
    UPDATE wifi_closedday c SET late = c.late + m.count FROM (
        SELECT touched AS day, count(*) AS count FROM wifi_merged
        CROSS JOIN LATERAL (SELECT day UNION SELECT was WHERE was IS NOT NULL) AS days (touched) GROUP BY touched
    ) AS m WHERE c.day = m.day
    """,
)
#: Devices with open sessions that have used up their group's daily limit.
_USED_UP = """
    SELECT DISTINCT m.device FROM wifi_merged m
    JOIN wifi_device d ON d.mark = m.device JOIN wifi_group g ON g.id = d.group_id
    CROSS JOIN LATERAL wifi_used(d.mark, d.owner_id, (%s::timestamptz AT TIME ZONE %s)::date) AS used
    WHERE m.bounded AND m.stopped_at IS NULL AND (used.seconds >= g.daily_seconds OR used.octets >= g.daily_octets)
"""


class SeenSessions:
    """Sessions that were seen, as a Bloom filter of 4 MB with one bit each: 1 % false positives at 350,000 sessions; it
    restarts empty at 700,000.
    """

    BITS, MOST = 1 << 25, 700_000

    def __init__(self) -> None:
        self._bits, self._count = bytearray(self.BITS // 8), 0

    def add(self, key: bytes) -> bool:
        """Add a session; return True if it was not seen before."""
        place, bit = divmod(int.from_bytes(key[:4]) % self.BITS, 8)
        if self._bits[place] >> bit & 1:
            return False
        if self._count == self.MOST:
            self._bits, self._count = bytearray(self.BITS // 8), 0
        self._bits[place] |= 1 << bit
        self._count += 1
        return True


@dataclass(frozen=True, slots=True)
class PacketRow:
    """A packet and its line for COPY, without the number; a restart has no line."""

    packet: AccountingPacket
    line: str

    @classmethod
    def of(cls, packet: AccountingPacket, seen: SeenSessions) -> "PacketRow":
        """Prepare a packet without the database, so that it can be done while reading ahead.

        Args:
            heard_of: sessions whose handles were sealed already and are mostly in the table.
        """
        if packet.status == "restart":
            return cls(packet, "")
        mark = permanent_hash(packet.station, DEVICE)
        # Includes the keyed hash of the device: a key that could be computed from a MAC would identify it.
        key = hashlib.sha256("\0".join((packet.nas, packet.session, "")).encode() + mark).digest()
        texts = packet.nas.translate(_ESCAPED), packet.access_point, packet.cause.translate(_ESCAPED)
        stops = "t" if packet.status == "stop" else "f"
        numbers = (
            f"{packet.at}\t{packet.at - packet.seconds}\t{packet.seconds}\t{packet.octets_in}\t{packet.octets_out}"
        )
        # A handle that is missing in the table nevertheless is sealed by `merge_packets`.
        first = packet.status != "stop" and seen.add(key)
        handle = f"\\\\x{_handle(key, packet).hex()}" if first else r"\N"
        line = (
            f"\\\\x{key.hex()}\t{stops}\t{texts[0]}\t{texts[1]}\t\\\\x{mark.hex()}\t{numbers}\t{texts[2]}\t{handle}\n"
        )
        return cls(packet, line)


def merge_packets(rows: Sequence[PacketRow]) -> list[bytes]:
    """Merge packets into the tables, in the caller's transaction.

    Returns:
        Devices with open sessions that have used up the daily limit.
    """
    sessions = [each for each in rows if each.line]
    restarts = {(each.packet.nas, _moment(each.packet.at)) for each in rows if not each.line}
    with connection.cursor() as cursor:
        if restarts:
            cursor.executemany("INSERT INTO wifi_restart VALUES (%s, %s) ON CONFLICT DO NOTHING", sorted(restarts))
        if not sessions:
            return []
        cursor.execute(_TABLE)
        with open_copy(_COPY) as copy:
            copy.write("".join(f"{number}\t{each.line}" for number, each in enumerate(sessions)))
        zone = str(pack.current().timezone)
        cursor.execute(_MERGE, [zone])
        cursor.execute(_ANALYZE)
        cursor.execute(_MONTHS)
        pads = pseudonyms.month_pads(month for (month,) in cursor.fetchall())
        cursor.execute(_NAMELESS)
        handles = {key: _handle(bytes(key), sessions[number].packet) for key, number in cursor.fetchall()}
        parameters: dict[str, Any] = {
            "months": list(pads),
            "pads": list(pads.values()),
            "keys": list(handles),
            "handles": [*handles.values()],
        }
        for statement in _STORE:
            cursor.execute(statement, parameters)
        cursor.execute(_USED_UP, [current_time.now(), zone])
        used_up = [bytes(device) for (device,) in cursor.fetchall()]
        cursor.execute("DROP TABLE wifi_packet, wifi_merged")
    return used_up


def _handle(key: bytes, packet: AccountingPacket) -> bytes:
    return reauthorization.seal_handle(key, packet.session, packet.user, packet.calling)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
