"""From detail files to sessions: whole records are read, merged, and the place up to which that was done moves along
with them in one transaction.

What is known of a session is the smallest start and the largest counters that any packet told, so that the order of
packets does not matter, nor how often one comes.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from kini.city import pack
from kini.core import moments
from kini.core.crypto import keyed_hash
from kini.wifi import forgetting, pseudonyms, reviewing
from kini.wifi.admission import DEVICE
from kini.wifi.detail import Malformed, Packet, packet, records

#: Bytes that are read from a file at a time: about 10,000 packets.
CHUNK = 8_000_000
#: Of files whose name begins so, in the order of their names; the newest may still grow.
PREFIX = "packets-"
#: A file that nobody has written to for so many seconds grows no more: one that a newer one follows, and the newest.
QUIET, SILENT = 60, 2 * 3600
#: Where records lie that are no packets, a file for each day on which they were read.
REJECTED = "rejected-"
_TABLE = """
    CREATE TEMP TABLE wifi_packet (
        number integer, key bytea, stops boolean, nas text, access_point text, device bytea, at bigint,
        started_at bigint, seconds bigint, octets_in bigint, octets_out bigint, cause text
    ) ON COMMIT DROP
"""
#: What would end a text of COPY, or begin something else there.
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_COPY = "COPY wifi_packet FROM STDIN"
_MERGE = """
    CREATE TEMP TABLE wifi_merged ON COMMIT DROP AS
    SELECT p.key, s.day AS was, (least(s.started_at, p.started_at) AT TIME ZONE %s)::date AS day,
        least(s.nas, p.nas) AS nas, greatest(s.access_point, p.access_point) AS access_point, p.device,
        least(s.started_at, p.started_at) AS started_at, greatest(s.seen_at, p.seen_at) AS seen_at,
        greatest(s.stopped_at, p.stopped_at) AS stopped_at, greatest(s.seconds, p.seconds) AS seconds,
        greatest(s.octets_in, p.octets_in) AS octets_in, greatest(s.octets_out, p.octets_out) AS octets_out,
        greatest(s.cause, p.cause) AS cause, s.person_pseudonym, s.device_pseudonym,
        CASE WHEN p.stopped_at IS NULL THEN s.handle END AS handle, p.number
    FROM (
        SELECT key, min(nas) AS nas, max(access_point) AS access_point, min(device) AS device,
            to_timestamp(min(started_at)) AS started_at, to_timestamp(max(at)) AS seen_at,
            to_timestamp(max(at) FILTER (WHERE stops)) AS stopped_at, min(number) FILTER (WHERE NOT stops) AS number,
            max(seconds) AS seconds, max(octets_in) AS octets_in, max(octets_out) AS octets_out, max(cause) AS cause
        FROM wifi_packet GROUP BY key
    ) AS p
    LEFT JOIN wifi_sessionday d ON d.key = p.key
    LEFT JOIN wifi_session s ON s.key = d.key AND s.day = d.day
"""
#: Sessions that go on and that an access point could not be told of yet; by the number of the packet that names them.
_NAMELESS = "SELECT key, number FROM wifi_merged WHERE stopped_at IS NULL AND handle IS NULL AND number IS NOT NULL"
_MONTHS = "SELECT DISTINCT date_trunc('month', day)::date FROM wifi_merged"
#: A pseudonym stays while its session stays in its month. A person's is known for a device that was theirs by then.
_STORE = (
    "SELECT wifi_session_partition(day) FROM (SELECT DISTINCT day FROM wifi_merged) AS days",
    "DELETE FROM wifi_session s USING wifi_merged m WHERE s.key = m.key AND s.day = m.was AND m.was <> m.day",
    """
    INSERT INTO wifi_session
    SELECT m.key, m.day, m.nas, m.access_point, m.device, m.started_at, m.seen_at, m.stopped_at, m.seconds, m.octets_in,
        m.octets_out, m.cause, coalesce(m.handle, named.handle),
        coalesce(kept.person, substr(wifi_mark('person ' || d.owner_id, month.pads), 1, 16)),
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
    LEFT JOIN wifi_device d ON d.mark = m.device AND d.since < m.seen_at + interval '1 second'
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
#: Of the devices whose sessions go on: those that have used up the day's share of their group.
_USED_UP = """
    SELECT DISTINCT m.device FROM wifi_merged m
    JOIN wifi_device d ON d.mark = m.device JOIN wifi_group g ON g.id = d.group_id
    CROSS JOIN LATERAL wifi_used(d.mark, d.owner_id, (%s::timestamptz AT TIME ZONE %s)::date) AS used
    WHERE m.stopped_at IS NULL AND (g.daily_seconds IS NOT NULL OR g.daily_octets IS NOT NULL)
        AND (used.seconds >= g.daily_seconds OR used.octets >= g.daily_octets)
"""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What was read of a file: packets, records that are none, and the offset behind the last of them."""

    packets: list[Packet]
    rejected: list[bytes]
    end: int


def folder() -> Path:
    """Where FreeRADIUS of this machine writes its detail files, unless it was told otherwise."""
    return settings.VAR_PATH / "radius" / "detail"


def waiting(folder: Path) -> list[Path]:
    """The detail files, oldest first."""
    return sorted(path for path in folder.glob(f"{PREFIX}*") if path.is_file())


def read_chunk(path: Path, offset: int, now: datetime) -> Chunk:
    """The next whole records of a file. Packets of a sealed day, or from later than tomorrow, are set aside."""
    read = _ahead.pop((path, offset))
    if read is None or read.end == offset:  # what was not there when it was read ahead may be there now
        read = _read(path, offset)
    if read.more:
        _ahead.begin((path, read.end))
    found = Chunk([], [], read.end)
    latest, too_late = (now + timedelta(days=1)).timestamp(), _of_sealed_days()
    for record, said in read.records:
        if said and said.at <= latest and not too_late(said):
            found.packets.append(said)
        else:
            found.rejected.append(record)
    return found


@dataclass(frozen=True, slots=True)
class _Read:
    """Whole records of a file, each with its packet where it is one; the offset behind the last; whether more waits."""

    records: list[tuple[bytes, Packet | None]]
    end: int
    more: bool = False


def _read(path: Path, offset: int) -> _Read:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < offset:
            offset = 0  # another file of that name; what was read already counts once
        file.seek(offset)
        data = file.read(CHUNK)
    whole = len(data) == CHUNK
    last, found = 0, []
    for end, record, finished in records(data):
        last = end
        said: Packet | None
        try:
            said = packet(record) if finished else None
        except Malformed:
            said = None
        found.append((record, said))
    if not last and whole:  # no record is that long
        return _Read([(data, None)], offset + len(data), more=True)
    return _Read(found, offset + last, more=whole)


class _Ahead:
    """Reads what comes next while the database is busy with what came before; one part, in one thread."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._part: tuple[tuple[Path, int], Future[_Read]] | None = None

    def begin(self, part: tuple[Path, int]) -> None:
        self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix="wifi-detail")
        self._part = part, self._pool.submit(_read, *part)

    def pop(self, part: tuple[Path, int]) -> _Read | None:
        """That part, if it is what was read ahead, or being read."""
        known, self._part = self._part, None
        return known[1].result() if known and known[0] == part else None


_ahead = _Ahead()


def unfinished(path: Path, offset: int) -> Chunk:
    """What stands behind the last whole record of a file that grows no more; nobody was told that it is kept."""
    rest = path.read_bytes()[offset:]
    return Chunk([], [rest] if rest.strip() else [], offset + len(rest))


def grows_no_more(path: Path, now: datetime, *, newest: bool) -> bool:
    """Whether nobody writes to a file any more: FreeRADIUS begins a new one each hour."""
    return now.timestamp() - path.stat().st_mtime > (SILENT if newest else QUIET)


def set_aside(folder: Path, name: str, chunk: Chunk, now: datetime) -> None:
    """Keep rejected records for whoever looks into them; read again after a fall they may stand there twice."""
    path = folder / f"{REJECTED}{now:%Y%m%d}"
    path.touch(mode=0o600)
    with path.open("ab") as file:
        file.writelines(f"# {name} up to {chunk.end}\n".encode() + record + b"\n\n" for record in chunk.rejected)


def drop_rejected(folder: Path, now: datetime) -> None:
    """Remove the files of rejected records whose time is over: they hold devices as access points name them."""
    until = (now - timedelta(days=forgetting.keep_days())).timestamp()
    for path in folder.glob(f"{REJECTED}*"):
        if path.stat().st_mtime < until:
            path.unlink()


def merge(packets: Sequence[Packet]) -> list[bytes]:
    """Bring packets into the tables; inside the caller's transaction.

    Returns:
        Devices that are still in, and have used up the day's share.
    """
    sessions = [each for each in packets if each.status != "restart"]
    restarts = {(each.nas, _moment(each.at)) for each in packets if each.status == "restart"}
    marks = {station: keyed_hash(station, DEVICE) for station in {each.station for each in sessions}}
    with connection.cursor() as cursor:
        if restarts:
            cursor.executemany("INSERT INTO wifi_restart VALUES (%s, %s) ON CONFLICT DO NOTHING", sorted(restarts))
        if not sessions:
            return []
        cursor.execute(_TABLE)
        with cursor.copy(_COPY) as copy:
            copy.write("".join(_line(number, each, marks[each.station]) for number, each in enumerate(sessions)))
        zone = str(pack.current().timezone)
        cursor.execute(_MERGE, [zone])
        cursor.execute(_MONTHS)
        pads = pseudonyms.pads(month for (month,) in cursor.fetchall())
        cursor.execute(_NAMELESS)
        handles = {key: reviewing.handle(bytes(key), sessions[number]) for key, number in cursor.fetchall()}
        said: dict[str, Any] = {
            "months": list(pads),
            "pads": list(pads.values()),
            "keys": list(handles),
            "handles": [*handles.values()],
        }
        for statement in _STORE:
            cursor.execute(statement, said)
        cursor.execute(_USED_UP, [moments.now(), zone])
        used_up = [bytes(device) for (device,) in cursor.fetchall()]
        cursor.execute("DROP TABLE wifi_packet, wifi_merged")
    return used_up


def _line(number: int, each: Packet, mark: bytes) -> str:
    """A packet as COPY reads it."""
    # Of the device only its keyed hash: a key that could be reckoned from a MAC would name the device.
    key = hashlib.sha256("\0".join((each.nas, each.session, "")).encode() + mark).hexdigest()
    texts = each.nas.translate(_ESCAPED), each.access_point, each.cause.translate(_ESCAPED)
    stops = "t" if each.status == "stop" else "f"
    numbers = f"{each.at}\t{each.at - each.seconds}\t{each.seconds}\t{each.octets_in}\t{each.octets_out}"
    return f"{number}\t\\\\x{key}\t{stops}\t{texts[0]}\t{texts[1]}\t\\\\x{mark.hex()}\t{numbers}\t{texts[2]}\n"


def _of_sealed_days() -> Callable[[Packet], bool]:
    """Whether a packet tells of a session that began on a sealed day."""
    sealed, zone = forgetting.sealed(), pack.current().timezone

    @cache
    def of_quarter(quarter: int) -> bool:
        return datetime.fromtimestamp(quarter * 900, zone).date() in sealed

    # Days begin with a quarter of an hour, wherever a city is.
    return lambda said: bool(sealed) and of_quarter((said.at - said.seconds) // 900)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
