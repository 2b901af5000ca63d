"""Write a past day from the session table to Parquet, and add its people and devices to the sketches."""

import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection

from kini.analytics import cardinality, engine
from kini.analytics.cardinality import Key
from kini.city.public import pack
from kini.core import current_time
from kini.core.crypto import hmac_pads
from kini.core.database.bulk import open_copy
from kini.core.dated_rules import rule_in_force
from kini.wifi import config
from kini.wifi.schema import SessionEntry
from kini.wifi.usage import storage

#: Limit after which late packets no longer cause a rewrite: identities may have been removed by then.
LATEST = timedelta(days=14)
#: Seconds offline after which a device's next session counts as a new access.
OFF = 1800
#: Purpose of the key under which people and devices are hashed for sketches.
SKETCH_PURPOSE = "wifi sketch"
#: Bytes per block read from the database.
BLOCK = 8_000_000
_READ = """
COPY (
    WITH place AS (
        SELECT pair.nas, pair.access_point, site.code, site.area_id, site.kind
        FROM (SELECT DISTINCT nas, access_point FROM wifi_session WHERE day = %(day)s) AS pair
        JOIN wifi_accesspoint p ON p.id = wifi_point(pair.nas, pair.access_point)
        JOIN wifi_site site ON site.id = p.site_id
    )
    SELECT
        ('x' || encode(substr(s.person_pseudonym, 1, 8), 'hex'))::bit(64)::bigint,
        ('x' || encode(substr(s.device_pseudonym, 1, 8), 'hex'))::bit(64)::bigint,
        ('x' || encode(substr(wifi_mark('person ' || d.owner_id, %(pads)s), 1, 8), 'hex'))::bit(64)::bigint,
        ('x' || encode(substr(wifi_mark(
            'device ' || encode(s.device, 'hex'), %(pads)s), 1, 8), 'hex'))::bit(64)::bigint,
        coalesce(place.code, ''),
        coalesce(place.area_id, ''),
        coalesce(place.kind, ''),
        extract(epoch FROM (s.started_at AT TIME ZONE %(zone)s) - s.day)::integer,
        greatest(0, extract(epoch FROM coalesce(
            wifi_ended_at(s.nas, s.started_at, s.seen_at, s.stopped_at, wifi_silence(%(at)s), %(at)s), s.seen_at
        ) - s.started_at))::integer,
        s.octets_in, s.octets_out
    FROM wifi_session s
    LEFT JOIN wifi_device d ON d.mark = s.device AND d.since < s.seen_at + interval '1 second'
    LEFT JOIN place ON place.nas = s.nas AND place.access_point = s.access_point
    WHERE s.day = %(day)s
) TO STDOUT (FORMAT csv)
"""
_TABLE = """
CREATE TABLE incoming (
    person BIGINT, device BIGINT, person_ever BIGINT, device_ever BIGINT, site VARCHAR, area VARCHAR, kind VARCHAR,
    begin INTEGER, length INTEGER, octets_in BIGINT, octets_out BIGINT
)
"""
#: `access`: the device was offline for more than OFF seconds before this session.
_WRITE = """
COPY (
    SELECT person, device,
        coalesce(
            begin - max(begin + length) OVER (own ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > {off}, true
        ) AS access,
        site, area, kind, begin, length, octets_in, octets_out
    FROM incoming
    WINDOW own AS (PARTITION BY device ORDER BY begin, site, length)
    ORDER BY area, site, begin, device, length
) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
"""
_GROUPS = "SELECT DISTINCT {of} AS of, {ever} AS ever FROM incoming WHERE {ever} IS NOT NULL ORDER BY 1"
_HOURS = "unnest(range(begin // 3600, least((begin + length) // 3600, begin // 3600 + 23) + 1)) % 24"


def rollup_due_at(day: date) -> datetime:
    """Return the time at which a day is closed: some hours after midnight, when its sessions have ended."""
    network = config.network()
    rule = rule_in_force(network.sessions if network else [], day) or SessionEntry(since=day)
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), pack.current().timezone)
    return midnight + timedelta(hours=rule.closing_hours)


def oldest_day() -> date | None:
    """Return the first day with sessions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(day) FROM wifi_session")
        day: date | None = cursor.fetchone()[0]
    return day


def write_day(root: Path, day: date) -> int:
    """Write a day to its file, and add it to the sketches; return the number of sessions."""
    with open_staging(root) as database:
        _fill(database, day)
        return finish_day(database, root, day)


def open_staging(root: Path) -> Any:
    """Open a DuckDB with the empty table `incoming` for a day's sessions."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = engine.connect_duckdb(storage.spill_folder(root))
    database.execute(_TABLE)
    return database


def finish_day(database: Any, root: Path, day: date) -> int:
    """Write the day in the table `incoming`, and add it to the sketches; return the number of sessions."""
    with storage.sessions_store(root).change() as change:
        written = change.write(str(day), lambda new: database.execute(_WRITE.format(path=new, off=OFF)))
    if database.execute("SELECT 1 FROM incoming WHERE device_ever IS NOT NULL LIMIT 1").fetchone():
        _sketch(database, root, day)
    return written.rows


def _fill(database: Any, day: date) -> None:
    import pyarrow
    from pyarrow import csv

    names = [line[0] for line in database.execute("DESCRIBE incoming").fetchall()]
    texts = {"site", "area", "kind"}
    types = {name: pyarrow.string() if name in texts else pyarrow.int64() for name in names}
    read = csv.ReadOptions(column_names=names)
    convert = csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    parameters = {
        "pads": hmac_pads(SKETCH_PURPOSE),
        "zone": str(pack.current().timezone),
        "at": current_time.now(),
        "day": day,
    }
    for block in _blocks(parameters):
        lines = csv.read_csv(io.BytesIO(block), read, convert_options=convert)
        database.register("lines", lines)
        database.execute("INSERT INTO incoming SELECT * FROM lines")
        database.unregister("lines")


def _blocks(parameters: dict[str, object]) -> Iterator[bytes]:
    """Yield the database's output in blocks of whole lines."""
    with open_copy(_READ, parameters) as copy:
        buffer = bytearray()
        for part in copy:
            buffer += part
            if len(buffer) > BLOCK:
                cut = buffer.rindex(b"\n") + 1
                yield bytes(buffer[:cut])
                del buffer[:cut]
        if buffer:
            yield bytes(buffer)


def _sketch(database: Any, root: Path, day: date) -> None:
    """Update the sketches: by month in all dimensions but sites, which are many; for all time in all dimensions."""
    month = [by for by in (storage.WHOLE, *storage.DIMENSIONS) if by != "site"]
    cardinality.merge_sketches(storage.sketch_file(root, f"{day:%Y-%m}"), _groups(database, month))
    cardinality.merge_sketches(
        storage.sketch_file(root, "all"), _groups(database, [storage.WHOLE, *storage.DIMENSIONS]), many=["site"]
    )


def _groups(database: Any, dimensions: list[str]) -> Iterator[tuple[Key, list[int]]]:
    of = {storage.WHOLE: "''", "hour": _HOURS}
    for by in dimensions:
        for unit, ever in (("people", "person_ever"), ("devices", "device_ever")):
            rows = database.execute(_GROUPS.format(of=of.get(by, by), ever=ever))
            yield from _split(iter(partial(rows.fetchmany, 100_000), []), by, unit)


def _split(batches: Iterator[list[tuple[Any, int]]], by: str, unit: str) -> Iterator[tuple[Key, list[int]]]:
    """Group sorted rows into one list of hashes per value (long ones in pieces)."""
    for batch in batches:
        groups: dict[str, list[int]] = {}
        for of, ever in batch:
            groups.setdefault(str(of), []).append(ever)
        yield from (((by, of, unit), hashes) for of, hashes in groups.items())
