"""Closed days on disk: one folder for each day, one file in it, a row for each session that began that day.

    sessions/day=2026-11-24/part.parquet
    sketches/2026-11.parquet, sketches/all.parquet

Columns of a session: `person` and `device` (64 bits of the month's pseudonyms; a person only where somebody signed
in), `access` (the device was off for a while before), `site`, `area` and `kind` as the city had them then (empty: not
known), `begin` (seconds from midnight by the city's clocks), `length` (seconds until it ended), `octets_in` and
`octets_out` (from and to the device).

More columns make counting over any days of a month cheap. Of the first session of the day of a person,
`person_before` is the day of the month on which that person was there last before, 0: not yet this month; of other
sessions it is null. So between two days there are as many people as sessions whose `person_before` is before the first
of them. `device_before` is alike, and so are `person_before_area`, `device_before_area` and both with `_kind` within an
area or kind of place. A day that is written anew therefore has the later ones of its month written anew
(`closing.finish`).
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from kini.core.file_store import sync_folder

#: What figures are told by: nothing (the whole city), or one of these.
BY = ("area", "kind", "site", "hour")
WHOLE = "city"
#: Within these, sessions also tell when a person or device was there before.
TOLD = ("area", "kind")
_DAY, _PART = "day=", "part.parquet"


def folder() -> Path:
    """Where this city's closed days are."""
    return settings.VAR_PATH / "wifi"


def sessions(root: Path) -> Path:
    return root / "sessions"


def sketches(root: Path, name: str) -> Path:
    """The file of sketches of a month ("2026-11"), or "all"."""
    return root / "sketches" / f"{name}.parquet"


def of_day(root: Path, day: date) -> Path:
    return sessions(root) / f"{_DAY}{day}" / _PART


def days(root: Path) -> list[date]:
    """The closed days that are there, in their order."""
    found = sessions(root).glob(f"{_DAY}*/{_PART}")
    return sorted(date.fromisoformat(path.parent.name.removeprefix(_DAY)) for path in found)


def put(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file under another name and give it its own when it is whole: a reader finds the old one or the new."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")  # neither DuckDB's nor Spark's patterns see it
    try:
        write(new)
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        new.chmod(0o600)
        new.replace(path)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()
    sync_folder(path.parent)


def next_month(month: date) -> date:
    """The first day of the month after the one that begins on that day."""
    return (month + timedelta(days=31)).replace(day=1)


def months(wanted: Iterable[date]) -> list[date]:
    """The first days of the months that these days are in."""
    return sorted({day.replace(day=1) for day in wanted})
