"""Data set of counted cases: signed rows, so that the figures known on any day are sums.

A row with sign 1 enters the counts on `known_on`, one with sign -1 leaves them: a corrected record leaves as it was and
enters as it is. What was known on a day is the sum of the signs of rows until then. The database holds the states
(`CountedState`); the files are computed from it, one per month of `known_on`.
"""

from contextlib import AbstractContextManager, closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction

from kini.analytics import engine
from kini.analytics.datasets import DataSet
from kini.analytics.partitions import PartitionStore
from kini.core.database.bulk import open_copy

if TYPE_CHECKING:
    from ibis.expr.types import Table

#: Columns of a state that count, with their Arrow and DuckDB types.
COLUMNS = {
    **dict.fromkeys(("disease", "classification", "area", "rw", "rt", "house"), ("string", "VARCHAR")),
    "age_group": ("int16", "SMALLINT"),
    "sex": ("string", "VARCHAR"),
    **dict.fromkeys(
        ("onset_on", "specimen_on", "reported_on", "admitted_on", "intensive_on", "died_on", "ended_on"),
        ("date32[day]", "DATE"),
    ),
    **dict.fromkeys(("infected_elsewhere", "known_contact"), ("bool", "BOOLEAN")),
}
SIGNED = {"sign": ("int8", "TINYINT"), "known_on": ("date32[day]", "DATE"), **COLUMNS}
CASE_CHANGES = DataSet(
    "epidemic.case_changes",
    folder="epidemic/case_changes",
    key="month",
    columns={name: arrow for name, (arrow, _type) in SIGNED.items()},
    derived=True,
)
#: Sources whose records were known elsewhere from the day of their report on, before they came here.
OUTSIDE = ["import", "demo"]

_LISTED = ", ".join(COLUMNS)
_PRESENT = """
    SELECT record.id AS case_id, record.source, record.disease, record.classification, record.area_id AS area,
        record.rw, record.rt, record.house, least(record.age / 5 * 5, 80)::smallint AS age_group, record.sex,
        record.onset_on, record.specimen_on, record.reported_on, stay.admitted_on, stay.intensive_on, record.died_on,
        record.outcome_on AS ended_on, record.infected_elsewhere, exposure.case_id IS NOT NULL AS known_contact
    FROM epidemic_caserecord record
    LEFT JOIN (
        SELECT case_id, min(admitted_on) AS admitted_on, min(admitted_on) FILTER (WHERE ward = 'icu') AS intensive_on
        FROM epidemic_hospitalstay GROUP BY case_id
    ) stay ON stay.case_id = record.id
    LEFT JOIN (
        SELECT DISTINCT case_id FROM epidemic_caseexposure WHERE source_case_id IS NOT NULL
    ) exposure ON exposure.case_id = record.id
    WHERE record.merged_into_id IS NULL
"""
_DIFFERING = f"""
    SELECT state.id FROM epidemic_countedstate state LEFT JOIN ({_PRESENT}) present USING (case_id)
    WHERE state.known_until IS NULL
        AND ({", ".join(f"state.{name}" for name in COLUMNS)})
            IS DISTINCT FROM ({", ".join(f"present.{name}" for name in COLUMNS)})
"""  # noqa: S608 -- names of columns
#: States that began today never end a day; those of records from outside have no history here.
_REMOVE = f"""
    DELETE FROM epidemic_countedstate WHERE id IN ({_DIFFERING}) AND (outside OR known_from >= %(today)s)
"""  # noqa: S608 -- names of columns
_CLOSE = f"UPDATE epidemic_countedstate SET known_until = %(today)s WHERE id IN ({_DIFFERING})"  # noqa: S608
_OPEN = f"""
    INSERT INTO epidemic_countedstate (case_id, outside, known_from, {_LISTED})
    SELECT case_id, source = ANY(%(outside)s),
        CASE WHEN source = ANY(%(outside)s) THEN least(reported_on, %(today)s) ELSE %(today)s END, {_LISTED}
    FROM ({_PRESENT}) present
    WHERE NOT EXISTS (
        SELECT FROM epidemic_countedstate state WHERE state.case_id = present.case_id AND state.known_until IS NULL
    )
"""  # noqa: S608 -- names of columns
#: A digest of the states behind each month: rows come, close once, and change in no other way.
_DIGESTS = """
    SELECT month, string_agg(part, ' ' ORDER BY part) FROM (
        SELECT to_char(known_from, 'YYYY-MM') AS month, format('from %s %s', count(*), sum(id)) AS part
        FROM epidemic_countedstate GROUP BY 1
        UNION ALL
        SELECT to_char(known_until, 'YYYY-MM'), format('until %s %s', count(*), sum(id))
        FROM epidemic_countedstate WHERE known_until IS NOT NULL GROUP BY 1
    ) parts GROUP BY month
"""
_READ = f"""
    COPY (
        SELECT 1, known_from, {_LISTED} FROM epidemic_countedstate
        WHERE known_from >= %(first)s AND known_from < %(next)s
        UNION ALL
        SELECT -1, known_until, {_LISTED} FROM epidemic_countedstate
        WHERE known_until >= %(first)s AND known_until < %(next)s
    ) TO STDOUT (FORMAT csv)
"""  # noqa: S608 -- names of columns


def store() -> PartitionStore:
    """Return the files of the running city."""
    return CASE_CHANGES.store()


def spill_folder() -> Path:
    return settings.VAR_PATH / "epidemic" / "spill"


def open_changes(
    known_on: date | None = None, *, files: PartitionStore | None = None
) -> AbstractContextManager["Table"]:
    """Open the rows known on a day (None: now) as an Ibis table; the files must not be empty (`has_changes`)."""
    files = files or store()
    keys = [key for key in files.partition_keys() if known_on is None or key <= f"{known_on:%Y-%m}"]
    return engine.open_partitions(files, keys, spill=spill_folder())


def has_changes(known_on: date | None = None, *, files: PartitionStore | None = None) -> bool:
    """Check whether any case was counted until a day."""
    return any(known_on is None or key <= f"{known_on:%Y-%m}" for key in (files or store()).partition_keys())


def count_records(today: date) -> int:
    """Bring the counted states up to the case records, and return the number of states that ended or began.

    Only the last state of a day is kept.
    """
    changed = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE epidemic_countedstate IN SHARE ROW EXCLUSIVE MODE")
        for statement in (_REMOVE, _CLOSE, _OPEN):
            cursor.execute(statement, {"today": today, "outside": OUTSIDE})
            changed += cursor.rowcount
    return changed


def write_files() -> list[str]:
    """Write the months whose states changed since their file was written; return them."""
    with connection.cursor() as cursor:
        cursor.execute(_DIGESTS)
        digests: dict[str, str] = dict(cursor.fetchall())
    files = store()
    current = files.manifest().partitions
    changed = [month for month in sorted(digests) if month not in current or current[month].source != digests[month]]
    if changed or current.keys() - digests:
        with files.change() as change:
            for month in changed:
                change.write(month, partial(_write_month, month), source=digests[month])
            for month in current.keys() - digests:
                change.remove(month)
    return changed


def refresh(today: date) -> int:
    """Count the case records and write the files; return the number of changed states."""
    changed = count_records(today)
    write_files()
    return changed


def _write_month(month: str, path: Path) -> None:
    first = date.fromisoformat(f"{month}-01")
    span = {"first": first, "next": (first + timedelta(days=32)).replace(day=1)}
    folder = spill_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, suffix=".csv") as lines:  # readable by its owner only
        with open_copy(_READ, span) as copy:
            for block in copy:
                lines.write(block)
        lines.flush()
        types = {name: duckdb_type for name, (_arrow, duckdb_type) in SIGNED.items()}
        with closing(engine.connect_duckdb(folder)) as database:
            database.execute(
                f"COPY (SELECT * FROM read_csv($lines, header = false, columns = {types}, nullstr = '', "  # noqa: S608
                f"allow_quoted_nulls = false) ORDER BY disease, area, known_on, reported_on) TO '{path}' "
                "(FORMAT parquet, COMPRESSION zstd)",
                {"lines": lines.name},
            )
