"""Database states that many tests begin with: built once in a process, then copied back.

Half of the suite's time went into the same towns, people and cases, made by the same actions before each test. A
snapshot keeps the rows that the actions wrote, the files, and what the builder returned. It is the state of tables
only: clocks, settings and caches of the test stand as they are.
"""

import hashlib
import pickle
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from psycopg import sql

from kini.city import city_cache
from kini.core import current_time
from kini.core.environment import ROOT
from kini.services import queries as service_queries
from kini.web.formats import today

#: Rows inserted, updated and deleted by this session, by table; those of earlier transactions until it reports them.
type Writes = Mapping[str, tuple[int, int, int]]
type Key = tuple[Any, ...]

WRITES = """
    SELECT relname, pg_stat_get_xact_tuples_inserted(oid), pg_stat_get_xact_tuples_updated(oid),
           pg_stat_get_xact_tuples_deleted(oid)
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
      AND pg_stat_get_xact_tuples_inserted(oid) + pg_stat_get_xact_tuples_updated(oid)
          + pg_stat_get_xact_tuples_deleted(oid) > 0
"""


class State(NamedTuple):
    """A snapshot that the tables are equal to, while the session has made these writes and no others.

    Attributes:
        start: writes of the session before the first one of this transaction.
    """

    key: Key
    writes: Writes
    start: Writes


@dataclass(frozen=True)
class Snapshot:
    """Rows of the tables that a builder changed (COPY's binary format), its files, and what it returned."""

    rows: Mapping[str, bytes]
    files: Mapping[str, bytes]
    result: bytes


_snapshots: dict[Key, Snapshot] = {}
_state = State((), {}, {})


def replay[T](name: str, build: Callable[[], T]) -> T:
    """Call `build` at the first time, later copy back what it wrote and return an equal result.

    Snapshots follow each other: a case is copied onto its town. Where the test has written anything itself, or has no
    transaction around it, the builder is called.
    """
    global _state
    if not connection.in_atomic_block:
        return build()
    before = _writes()
    if not _has_written():
        _state = State((), before, before)
        # Their keys are rows that return with each snapshot, also after a test that changed other rows.
        for function in (city_cache._read, service_queries._offered):
            function.cache_clear()
    elif before != _state.writes:
        return build()
    # A state made before midnight has appointments of "tomorrow" on another day.
    key = (*_state.key, name, _pack_key(settings.CITY_PATH), current_time._played.get(), today())
    if snapshot := _snapshots.get(key):
        _copy_back(snapshot, {table for table in before if before[table] != _state.start.get(table)})
        _state = State(key, _writes(), _state.start)
        # The builder's actions read them, and tests count the queries that follow.
        city_cache.city_tables()
        service_queries.active_services()
        return pickle.loads(snapshot.result)
    files = set(_files())
    result = build()
    after = _writes()
    changed = [table for table, counts in after.items() if counts != before.get(table)]
    written = {str(path.relative_to(settings.VAR_PATH)): path.read_bytes() for path in _files() if path not in files}
    _snapshots[key] = Snapshot({table: _dump(table) for table in changed}, written, pickle.dumps(result))
    _state = State(key, after, _state.start)
    return result


def _pack_key(pack: Path) -> str:
    """Path of a pack of the project; digest of a changed copy, which has another path in each test."""
    if pack.is_relative_to(ROOT):
        return str(pack)
    digest = hashlib.sha256()
    for path in sorted(path for path in pack.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(pack)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _writes() -> Writes:
    with connection.cursor() as cursor:
        cursor.execute(WRITES)
        return {table: (inserted, updated, deleted) for table, inserted, updated, deleted in cursor.fetchall()}


def _has_written() -> bool:
    """Return True if this transaction has written anything, also what was rolled back to a savepoint."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _files() -> list[Path]:
    return [path for path in settings.VAR_PATH.rglob("*") if path.is_file()]


def _dump(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(_statement("COPY {} TO STDOUT (FORMAT binary)", table)) as copy:
        return b"".join(bytes(part) for part in copy)


def _copy_back(snapshot: Snapshot, filled: Set[str]) -> None:
    """Write the rows past all triggers: they did their work when the rows were made."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in snapshot.rows.keys() & filled:
            cursor.execute(_statement("DELETE FROM {}", table))
        for table, rows in snapshot.rows.items():
            with cursor.copy(_statement("COPY {} FROM STDIN (FORMAT binary)", table)) as copy:
                copy.write(rows)
        cursor.execute("SET LOCAL session_replication_role = origin")
    for path, content in snapshot.files.items():
        file = settings.VAR_PATH / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _statement(text: str, table: str) -> sql.Composed:
    return sql.SQL(text).format(sql.Identifier(table))  # type: ignore[arg-type]
