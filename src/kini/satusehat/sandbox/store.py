"""Storage of the sandbox's resources, their versions, search index, clients and tokens in one SQLite file."""

import base64
import hashlib
import json
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
  seq INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL, updated TEXT NOT NULL,
  organization TEXT NOT NULL, content TEXT NOT NULL, UNIQUE (type, id));
CREATE TABLE IF NOT EXISTS version (
  type TEXT, id TEXT, version TEXT, content TEXT NOT NULL, PRIMARY KEY (type, id, version)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parameter (
  name INTEGER, value TEXT, seq INTEGER, PRIMARY KEY (name, value, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS client (id TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS token (token TEXT PRIMARY KEY, client TEXT NOT NULL, expires REAL NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored resource.

    Attributes:
        version: versionId.
        organization: identifier of the organization that sent it; empty: of the Ministry.
        content: JSON text, with `id` and `meta`.
    """

    type: str
    id: str
    version: str
    updated: str
    organization: str
    content: str

    @property
    def etag(self) -> str:
        return f'W/"{self.version}"'

    def resource(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads(self.content)
        return loaded


#: Name of the entry of the index that tells the event.
EVENT = "*event"
#: Resources of which it is remembered that they exist.
MOST_REMEMBERED = 20_000
#: Longest value in the index; longer ones are replaced by their hash.
LONGEST_VALUE = 24

#: Entry of the index: parameter and value.
type Entry = tuple[str, str]


@lru_cache(maxsize=1024)
def _number(kind: str, name: str) -> int:
    """Number for a parameter of a type."""
    return zlib.crc32(f"{kind}.{name}".encode())


def _shortened(value: str) -> str:
    if len(value) <= LONGEST_VALUE:
        return value
    return "~" + hashlib.blake2b(value.encode(), digest_size=9).hexdigest()


_COLUMNS = "type, id, version, updated, organization, content"


class Store:
    """Resources in a SQLite file. All calls are made within `transaction`, of which there is one at a time.

    Nothing is deleted but by `clear`, so that it is remembered which resources others refer to.

    A commit survives the death of the process (not a power cut: the journal is written without waiting for the disk).
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open or create the file; None: in memory."""
        self._lock = threading.RLock()
        self._is_open = False
        self._latest = 0
        self._existing: set[tuple[str, str]] = set()
        self._organizations: dict[str, frozenset[str]] = {}
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;" + SCHEMA)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; within another one it is a part of it."""
        with self._lock:
            if self._is_open:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._is_open = True
            try:
                yield
            except BaseException:
                self._is_open = False
                self._db.execute("ROLLBACK")
                self._forget()
                raise
            self._is_open = False
            self._db.execute("COMMIT")

    def _forget(self) -> None:
        self._existing.clear()
        self._organizations.clear()

    def get(self, kind: str, key: str) -> Stored | None:
        row = self._db.execute(
            f"SELECT {_COLUMNS} FROM resource WHERE type = ? AND id = ?",  # noqa: S608 -- a constant
            (kind, key),
        ).fetchone()
        return Stored(*row) if row else None

    def exists(self, kind: str, key: str) -> bool:
        if (kind, key) in self._existing:
            return True
        query = "SELECT 1 FROM resource WHERE type = ? AND id = ?"
        exists = self._db.execute(query, (kind, key)).fetchone() is not None
        if exists and len(self._existing) < MOST_REMEMBERED:
            self._existing.add((kind, key))
        return exists

    def organizations_below(self, organization: str) -> frozenset[str]:
        """Identifiers of an organization and of those below it."""
        if (known := self._organizations.get(organization)) is None:
            below, level = {organization}, [organization]
            while level:
                rows, _, _ = self.search("Organization", [("partof", level)], count=1000)
                level = [row.id for row in rows if row.id not in below]
                below.update(level)
            known = self._organizations[organization] = frozenset(below)
        return known

    def version(self, kind: str, key: str, version: str) -> str | None:
        """JSON text of one version."""
        query = "SELECT content FROM version WHERE type = ? AND id = ? AND version = ?"
        row = self._db.execute(query, (kind, key, version)).fetchone()
        if row is None and (latest := self.get(kind, key)) and latest.version == version:
            return latest.content
        return str(row[0]) if row else None

    def put(
        self,
        resource: dict[str, Any],
        organization: str,
        entries: Iterable[Entry],
        removed: Iterable[Entry] = (),
        *,
        is_new: bool = False,
    ) -> Stored:
        """Store a new resource, or a new version, under its `id`.

        Args:
            is_new: there is none of this id.
            entries: of the index; EVENT among them, whose value is the same for the same event of the world.
            removed: entries of the version before; what is not named stays.
        """
        kind, identity = resource["resourceType"], resource["id"]
        version, updated = self._next_version()
        content = resource | {"meta": resource.get("meta", {}) | {"versionId": version, "lastUpdated": updated}}
        stored = Stored(kind, identity, version, updated, organization, json.dumps(content, separators=(",", ":")))
        if kind == "Organization":
            self._organizations.clear()
        query = "SELECT seq FROM resource WHERE type = ? AND id = ?"
        row = None if is_new else self._db.execute(query, (kind, identity)).fetchone()
        if row:
            [seq] = row
            self._db.execute("INSERT INTO version SELECT type, id, version, content FROM resource WHERE seq = ?", row)
            self._db.executemany(
                "DELETE FROM parameter WHERE name = ? AND value = ? AND seq = ?",
                [(_number(kind, name), _shortened(value), seq) for name, value in removed],
            )
            self._db.execute(
                "UPDATE resource SET version = ?, updated = ?, organization = ?, content = ? WHERE seq = ?",
                (version, updated, organization, stored.content, seq),
            )
        else:
            seq = self._db.execute(
                f"INSERT INTO resource ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 -- a constant
                (kind, identity, version, updated, organization, stored.content),
            ).lastrowid
        self._db.executemany(
            "INSERT OR IGNORE INTO parameter VALUES (?, ?, ?)",
            [(_number(kind, name), _shortened(value), seq) for name, value in entries],
        )
        return stored

    def _next_version(self) -> tuple[str, str]:
        """Version and time of a change, later than all before: the nanosecond in base 64, as SATUSEHAT does it."""
        self._latest = max(self._latest + 1000, time.time_ns() // 1000 * 1000)
        moment = datetime.fromtimestamp(self._latest // 1000 / 1e6, UTC)
        version = base64.urlsafe_b64encode(str(self._latest).encode()).decode().rstrip("=")
        return version, moment.isoformat(timespec="microseconds")

    def by_key(self, kind: str, key: str) -> Stored | None:
        """Resource of the same event."""
        rows, _, _ = self.search(kind, [(EVENT, (key,))], count=1)
        return rows[0] if rows else None

    def search(
        self, kind: str, criteria: Sequence[tuple[str, Sequence[str]]], *, count: int, after: int = 0
    ) -> tuple[list[Stored], int, int | None]:
        """Find resources for which every parameter has one of its values, oldest first.

        Args:
            after: number of the last one of the page before.

        Returns:
            the page, the number of all, and `after` of the next page (None: this is the last one).
        """
        # By parameters the index of these is used, not that of the type, which has as many rows as resources.
        has_parameters = any(name != "*id" for name, _values in criteria)
        conditions, arguments = ["+type = ?" if has_parameters else "type = ?"], [kind]
        for name, values in criteria:
            marks = ", ".join("?" * len(values))
            if name == "*id":
                conditions.append(f"id IN ({marks})")
                arguments += values
                continue
            match = f"name = {_number(kind, name)} AND value IN ({marks})"
            conditions.append(f"seq IN (SELECT seq FROM parameter WHERE {match})")  # noqa: S608 -- marks only
            arguments += map(_shortened, values)
        condition = " AND ".join(conditions)
        rows = self._db.execute(
            f"SELECT seq, {_COLUMNS} FROM resource WHERE {condition} AND seq > ? ORDER BY seq LIMIT ?",  # noqa: S608
            (*arguments, after, count + 1),
        ).fetchall()
        total = len(rows)
        if after or len(rows) > count:
            total = self._db.execute(f"SELECT count(*) FROM resource WHERE {condition}", arguments).fetchone()[0]  # noqa: S608
        page = rows[:count]
        return [Stored(*row[1:]) for row in page], total, page[-1][0] if page and len(rows) > count else None

    def counts(self) -> dict[str, tuple[int, int]]:
        """By type: resources, and different events among them."""
        kinds = [kind for (kind,) in self._db.execute("SELECT DISTINCT type FROM resource")]
        query = "SELECT count(*), count(DISTINCT value) FROM parameter WHERE name = ?"
        return {kind: self._db.execute(query, (_number(kind, EVENT),)).fetchone() for kind in kinds}

    def put_client(self, identity: str, content: dict[str, Any]) -> None:
        self._db.execute("INSERT OR REPLACE INTO client VALUES (?, ?)", (identity, json.dumps(content)))

    def clients(self) -> dict[str, dict[str, Any]]:
        return {identity: json.loads(content) for identity, content in self._db.execute("SELECT * FROM client")}

    def put_token(self, token: str, client: str, expires: float) -> None:
        self._db.execute("DELETE FROM token WHERE expires < ?", (time.time() - 3600,))
        self._db.execute("INSERT INTO token VALUES (?, ?, ?)", (token, client, expires))

    def token(self, token: str) -> tuple[str, float] | None:
        """Client and time of expiry of a token."""
        row = self._db.execute("SELECT client, expires FROM token WHERE token = ?", (token,)).fetchone()
        return (row[0], row[1]) if row else None

    def revoke_tokens(self) -> None:
        self._db.execute("DELETE FROM token")

    def clear(self) -> None:
        """Delete all resources; clients stay."""
        for table in ("resource", "version", "parameter"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608 -- a constant
        self._forget()
