"""Storage layout of closed days: one folder per day with one file, and one row per session that began that day.

    sessions/day=2026-11-24/part.parquet
    sketches/2026-11.parquet, sketches/all.parquet

Columns of a session: `person` and `device` (64 bits of the month's pseudonyms; `person` is null without a sign-in),
`access` (the device was offline for a while before), `site`, `area` and `kind` at that time (empty: unknown), `begin`
(seconds since local midnight), `length` (seconds), `octets_in` and `octets_out` (from and to the device).

More columns make distinct counts over any days of a month cheap. In a person's first session of a day, `person_before`
is the last earlier day of the month with a session of that person, or 0; in other sessions it is null. So the people
between two days are the sessions whose `person_before` is before the first of them. `device_before` is alike, and so
are `person_before_area`, `device_before_area` and both with `_kind`, within an area or kind of site. Rewriting a day
therefore means rewriting the later ones of its month (`rollup.finish_day`).
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from kini.analytics import engine

if TYPE_CHECKING:
    from ibis.expr.types import Table

#: Dimensions of figures, beside the whole city.
DIMENSIONS = ("area", "kind", "site", "hour")
WHOLE = "city"
#: Dimensions within which sessions have `_before` columns.
PRIOR_DIMENSIONS = ("area", "kind")
_DAY, _PART = "day=", "part.parquet"


def storage_folder() -> Path:
    """Return the folder of this city's closed days."""
    return settings.VAR_PATH / "wifi"


def sessions_folder(root: Path) -> Path:
    return root / "sessions"


def spill_folder(root: Path) -> Path:
    """Return the folder to which the query engine spills."""
    return root / "spill"


def open_sessions(root: Path) -> AbstractContextManager["Table"]:
    """Open the sessions of all closed days as an Ibis table with the column `day`."""
    return engine.open_dataset(sessions_folder(root), spill=spill_folder(root))


def sketch_file(root: Path, name: str) -> Path:
    """Return the file of sketches of a month ("2026-11") or of "all"."""
    return root / "sketches" / f"{name}.parquet"


def day_file(root: Path, day: date) -> Path:
    return sessions_folder(root) / f"{_DAY}{day}" / _PART


def closed_days(root: Path) -> list[date]:
    """List the closed days in order."""
    files = sessions_folder(root).glob(f"{_DAY}*/{_PART}")
    return sorted(date.fromisoformat(path.parent.name.removeprefix(_DAY)) for path in files)


def months_of(wanted: Iterable[date]) -> list[date]:
    """Return the first days of the months of these days."""
    return sorted({day.replace(day=1) for day in wanted})
