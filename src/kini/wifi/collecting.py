"""Detail files, read part by part: whole records, made ready for the tables (`merging`) while the database is busy with
what came before.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings

from kini.city import pack
from kini.wifi import forgetting
from kini.wifi.detail import Malformed, Packet, packet, records
from kini.wifi.merging import Heard, Row

#: Bytes that are read from a file at a time: about 10,000 packets.
CHUNK = 8_000_000
#: Of files whose name begins so, in the order of their names; the newest may still grow.
PREFIX = "packets-"
#: A file that nobody has written to for so many seconds grows no more: one that a newer one follows, and the newest.
QUIET, SILENT = 60, 2 * 3600
#: Where records lie that are no packets, a file for each day on which they were read.
REJECTED = "rejected-"


@dataclass(frozen=True, slots=True)
class Chunk:
    """What was read of a file: packets, records that are none, and the offset behind the last of them."""

    rows: list[Row]
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
    for record, row in read.records:
        if row and row.packet.at <= latest and not too_late(row.packet):
            found.rows.append(row)
        else:
            found.rejected.append(record)
    return found


@dataclass(frozen=True, slots=True)
class _Read:
    """Whole records of a file, with the row of each that is a packet; the offset behind the last; if more is there."""

    records: list[tuple[bytes, Row | None]]
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
        row: Row | None
        try:
            row = Row.of(packet(record), _heard_of) if finished else None
        except Malformed:
            row = None
        found.append((record, row))
    if not last and whole:  # no record is that long
        return _Read([(data, None)], offset + len(data), more=True)
    return _Read(found, offset + last, more=whole)


#: By this process, in any file.
_heard_of = Heard()


class _Ahead:
    """Reads what comes next while the database is busy with what came before; one part, in one thread."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._part: tuple[tuple[Path, int], Future[_Read]] | None = None

    def begin(self, part: tuple[Path, int]) -> None:
        self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix="wifi-detail")
        self._part = part, self._pool.submit(_read, *part)

    def pop(self, part: tuple[Path, int]) -> _Read | None:
        """That part, if it is what was read ahead, or being read; another waits on, as older files are asked first."""
        if self._part is None or self._part[0] != part:
            return None
        (_part, read), self._part = self._part, None
        return read.result()


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


def _of_sealed_days() -> Callable[[Packet], bool]:
    """Whether a packet tells of a session that began on a sealed day."""
    sealed, zone = forgetting.sealed(), pack.current().timezone

    @cache
    def of_quarter(quarter: int) -> bool:
        return datetime.fromtimestamp(quarter * 900, zone).date() in sealed

    # Days begin with a quarter of an hour, wherever a city is.
    return lambda said: bool(sealed) and of_quarter((said.at - said.seconds) // 900)
