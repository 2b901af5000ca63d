"""Data sets of usage: the sessions of closed days, and the counts of each month, which are computed from them.

    sessions/day=2026-11-24/, counts/month=2026-11/   with one file each (kini.analytics.datasets)
    sketches/2026-11.parquet, sketches/all.parquet

Columns of a session: `person` and `device` (64 bits of the month's pseudonyms; `person` is null without a sign-in),
`access` (the device was offline for a while before), `site`, `area` and `kind` at that time (empty: unknown), `begin`
(seconds since local midnight), `length` (seconds), `octets_in` and `octets_out` (from and to the device).

Counts make any days of a month cheap. In each dimension (`by`, `of`) and on each day, `people` and `devices` are those
of the day whose last earlier day of the month, in this dimension, was `before` (the day of the month; 0: none). So the
people between two days are the sum of `people` over rows of these days whose `before` precedes them. Sessions,
accesses, seconds, octets and peak stand in the row whose `before` is 0; the others have 0.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from kini.analytics import engine
from kini.analytics.datasets import DataSet
from kini.analytics.partitions import PartitionStore

if TYPE_CHECKING:
    from ibis.expr.types import Table

#: Dimensions of figures, beside the whole city.
DIMENSIONS = ("area", "kind", "site", "hour")
WHOLE = "city"
SESSIONS = DataSet(
    "wifi.closed-sessions",
    folder="wifi/sessions",
    key="day",
    columns={
        **{"person": "int64", "device": "int64", "access": "bool", "site": "string", "area": "string"},
        **{"kind": "string", "begin": "int32", "length": "int32", "octets_in": "int64", "octets_out": "int64"},
    },
)
COUNTS = DataSet(
    "wifi.counts",
    folder="wifi/counts",
    key="month",
    columns={
        **{"by": "string", "of": "string", "day": "date32[day]", "before": "int8", "people": "int64"},
        **dict.fromkeys(("devices", "sessions", "accesses", "seconds", "octets", "peak"), "int64"),
    },
    derived=True,
)


def storage_folder() -> Path:
    """Return the folder of this city's closed days."""
    return settings.VAR_PATH / "wifi"


def sessions_store(root: Path) -> PartitionStore:
    return SESSIONS.store(root / "sessions")


def counts_store(root: Path) -> PartitionStore:
    return COUNTS.store(root / "counts")


def spill_folder(root: Path) -> Path:
    """Return the folder to which the query engine spills."""
    return root / "spill"


def open_sessions(root: Path, days: Iterable[date] | None = None) -> AbstractContextManager["Table"]:
    """Open the sessions of closed days (all of them) as an Ibis table with the column `day`."""
    keys = None if days is None else [str(day) for day in days]
    return engine.open_partitions(sessions_store(root), keys, spill=spill_folder(root))


def open_counts(root: Path, months: Iterable[date]) -> AbstractContextManager["Table"]:
    """Open the counts of these months, which exist (`month_counts.refresh_counts`), as an Ibis table."""
    return engine.open_partitions(counts_store(root), [f"{month:%Y-%m}" for month in months], spill=spill_folder(root))


def sketch_file(root: Path, name: str) -> Path:
    """Return the file of sketches of a month ("2026-11") or of "all"."""
    return root / "sketches" / f"{name}.parquet"


def closed_days(root: Path) -> list[date]:
    """List the closed days in order."""
    return [date.fromisoformat(key) for key in sessions_store(root).partition_keys()]


def months_of(wanted: Iterable[date]) -> list[date]:
    """Return the first days of the months of these days."""
    return sorted({day.replace(day=1) for day in wanted})
