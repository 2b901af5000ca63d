"""Read FreeRADIUS's detail files chunk by chunk. The next chunk is parsed while the database stores the one before."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings

from kini.city.public import pack
from kini.wifi.accounting import anonymization
from kini.wifi.accounting.detail_file import AccountingPacket, MalformedRecord, parse_packet, split_records
from kini.wifi.accounting.ingest import PacketRow, SeenSessions

#: Bytes per chunk: about 10,000 packets.
CHUNK = 8_000_000
#: Prefix of detail files, which are read in the order of their names; the newest may still grow.
PREFIX = "packets-"
#: Seconds without a write after which a file is complete: if a newer one exists, and if it is the newest.
QUIET, SILENT = 60, 2 * 3600
#: Prefix of the files of malformed records, one for each day on which they were read.
REJECTED = "rejected-"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Part of a file: packets, malformed records, and the offset behind the last record."""

    rows: list[PacketRow]
    rejected: list[bytes]
    end: int


def spool_folder() -> Path:
    """Return the default folder of this machine's detail files."""
    return settings.VAR_PATH / "radius" / "detail"


def pending_files(folder: Path) -> list[Path]:
    """List the detail files, oldest first."""
    return sorted(path for path in folder.glob(f"{PREFIX}*") if path.is_file())


def read_chunk(path: Path, offset: int, now: datetime) -> Chunk:
    """Read the next whole records of a file. Packets of a sealed day, or from later than tomorrow, are rejected."""
    read = _ahead.pop((path, offset))
    if read is None or read.end == offset:  # the file may have grown since it was read ahead
        read = _read(path, offset)
    if read.more:
        _ahead.begin((path, read.end))
    chunk = Chunk([], [], read.end)
    latest, too_late = (now + timedelta(days=1)).timestamp(), _of_sealed_days()
    for record, row in read.records:
        if row and row.packet.at <= latest and not too_late(row.packet):
            chunk.rows.append(row)
        else:
            chunk.rejected.append(record)
    return chunk


@dataclass(frozen=True, slots=True)
class _Read:
    """Whole records of a file with their parsed rows (None: malformed), the offset behind the last, and if more
    follows.
    """

    records: list[tuple[bytes, PacketRow | None]]
    end: int
    more: bool = False


def _read(path: Path, offset: int) -> _Read:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size < offset:
            offset = 0  # another file of the same name; packets that were read already count once
        file.seek(offset)
        data = file.read(CHUNK)
    whole = len(data) == CHUNK
    last, parsed = 0, []
    for end, record, finished in split_records(data):
        last = end
        row: PacketRow | None
        try:
            row = PacketRow.of(parse_packet(record), _heard_of) if finished else None
        except MalformedRecord:
            row = None
        parsed.append((record, row))
    if not last and whole:  # no record is that long
        return _Read([(data, None)], offset + len(data), more=True)
    return _Read(parsed, offset + last, more=whole)


#: Sessions that this process has read, over all files.
_heard_of = SeenSessions()


class _Ahead:
    """Read the next chunk in a thread while the database stores the current one."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._part: tuple[tuple[Path, int], Future[_Read]] | None = None

    def begin(self, part: tuple[Path, int]) -> None:
        self._pool = self._pool or ThreadPoolExecutor(1, thread_name_prefix="wifi-detail")
        self._part = part, self._pool.submit(_read, *part)

    def pop(self, part: tuple[Path, int]) -> _Read | None:
        """Return that chunk if it was read ahead; leave another one alone, since older files are asked for first."""
        if self._part is None or self._part[0] != part:
            return None
        (_part, read), self._part = self._part, None
        return read.result()


_ahead = _Ahead()


def read_remainder(path: Path, offset: int) -> Chunk:
    """Return what follows the last whole record of a complete file, as rejected."""
    rest = path.read_bytes()[offset:]
    return Chunk([], [rest] if rest.strip() else [], offset + len(rest))


def is_complete(path: Path, now: datetime, *, newest: bool) -> bool:
    """Return True if FreeRADIUS, which starts a new file each hour, no longer writes to this one."""
    return now.timestamp() - path.stat().st_mtime > (SILENT if newest else QUIET)


def store_rejected(folder: Path, name: str, chunk: Chunk, now: datetime) -> None:
    """Append rejected records to the daily file; after a crash they may stand there twice."""
    path = folder / f"{REJECTED}{now:%Y%m%d}"
    path.touch(mode=0o600)
    with path.open("ab") as file:
        file.writelines(f"# {name} up to {chunk.end}\n".encode() + record + b"\n\n" for record in chunk.rejected)


def delete_expired_rejects(folder: Path, now: datetime) -> None:
    """Delete the files of rejected records whose term is over, since they contain MAC addresses."""
    until = (now - timedelta(days=anonymization.keep_days())).timestamp()
    for path in folder.glob(f"{REJECTED}*"):
        if path.stat().st_mtime < until:
            path.unlink()


def _of_sealed_days() -> Callable[[AccountingPacket], bool]:
    """Return a test if a packet belongs to a session that began on a sealed day."""
    sealed, zone = anonymization.sealed_days(), pack.current().timezone

    @cache
    def of_quarter(quarter: int) -> bool:
        return datetime.fromtimestamp(quarter * 900, zone).date() in sealed

    # In every time zone days begin on a quarter of an hour, so results are cached by that.
    return lambda packet: bool(sealed) and of_quarter((packet.at - packet.seconds) // 900)
