"""Copies of public reports by SQL, for benchmarks: rows of a case, its publication, one version, its first entry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, models, transaction

from kini.bench import seed
from kini.cases.models import Case, TimelineEntry
from kini.reports.models import Publication, PublicVersion
from kini.reports.rules import CELLS_PER_DEGREE, CELLS_PER_ROW

#: Tables that are filled.
TABLES: tuple[type[models.Model], ...] = (Case, TimelineEntry, Publication, PublicVersion)
#: Half the width of the places around the middle of an area, in degrees.
SPREAD = 0.008
#: Moments of a case, which a copy has earlier than its original.
MOMENTS = ("opened_at", "due_at", "at_risk_at", "paused_at", "state_since", "closed_at")

#: One row for each copy: its number, original, area, point, days by which it is earlier, and reporter.
_DRAWN = """
    CREATE TEMP TABLE drawn ON COMMIT DROP AS
    SELECT n, (%(originals)s::bigint[])[(1 + n %% %(group)s)::integer] AS original, code AS area_id, path AS area_path,
        latitude + (random() - 0.5) * 2 * %(spread)s AS latitude,
        longitude + (random() - 0.5) * 2 * %(spread)s AS longitude,
        random() * %(days)s * interval '1 day' AS earlier, %(first_account)s + n %% %(accounts)s AS resident_id
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
    JOIN (
        SELECT row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS places,
            code, path, latitude, longitude
        FROM city_area AS area
        WHERE active AND NOT EXISTS (SELECT FROM city_area AS child WHERE child.parent_id = area.code)
    ) AS leaf ON place = n * 7919 %% places
"""
_FROM = """
    FROM drawn JOIN cases_case ON cases_case.id = original
    JOIN reports_publication ON reports_publication.case_id = original
    JOIN reports_publicversion ON reports_publicversion.id = reports_publication.current_id
    JOIN cases_timelineentry ON cases_timelineentry.case_id = original AND cases_timelineentry.number = 1
    JOIN people_resident ON people_resident.id = drawn.resident_id
"""


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """Copies of some originals: how many, and over how many days they were reported."""

    originals: Sequence[int]
    count: int
    days: float


def copy_reports(groups: Iterable[CopyGroup], accounts: range) -> None:
    """Store the copies, as the tables' owner, and analyse the tables.

    Args:
        accounts: residents with an account, who reported them in turn.
    """
    indexes = seed.drop_indexes(TABLES)
    first = max(model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0 for model in TABLES) + 1
    for group in groups:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # copies satisfy triggers by construction
            cursor.execute(
                _DRAWN,
                {
                    "originals": list(group.originals),
                    "group": len(group.originals),
                    "spread": SPREAD,
                    "days": group.days,
                    "first_account": accounts.start,
                    "accounts": len(accounts),
                    "first": first,
                    "last": first + group.count - 1,
                },
            )
            for model, changes in _changes().items():
                cursor.execute(_insert(model, changes))
        first += group.count
    seed.count_on(Case, TimelineEntry, PublicVersion)
    seed.side_by_side(indexes)
    seed.side_by_side(f"VACUUM ANALYZE {model._meta.db_table}" for model in TABLES)


def _changes() -> Mapping[type[models.Model], Mapping[str, str]]:
    """Columns in which a copy differs from its original, as SQL; versions come first, as publications name them."""
    place = {"latitude": "drawn.latitude", "longitude": "drawn.longitude"}
    cell = (
        f"floor((drawn.latitude + 90) * {CELLS_PER_DEGREE})::bigint * {CELLS_PER_ROW}"
        f" + floor((drawn.longitude + 180) * {CELLS_PER_DEGREE})::bigint"
    )
    return {
        Case: {
            "id": "n",
            "reference": "'BENCH-' || n",
            "resident_id": "drawn.resident_id",
            "submitted_by_id": "people_resident.user_id",
            "guest_key": "''",
            "assignee_id": "NULL",
            "area_id": "drawn.area_id",
            "area_path": "drawn.area_path",
            **place,
            **{name: f"cases_case.{name} - earlier" for name in MOMENTS},
        },
        TimelineEntry: {"id": "n", "case_id": "n", "at": "cases_timelineentry.at - earlier"},
        PublicVersion: {
            "id": "n",
            "publication_id": "n",
            "number": "1",
            "before_id": "NULL",
            "after_id": "NULL",
            "at": "reports_publicversion.at - earlier",
        },
        Publication: {
            "case_id": "n",
            **place,
            "cell": cell,
            "area_path": "drawn.area_path",
            "closed_at": "reports_publication.closed_at - earlier",
            "opened_at": "reports_publication.opened_at - earlier",
            "current_id": "n",
        },
    }


def _insert(model: type[models.Model], changes: Mapping[str, str]) -> str:
    table = model._meta.db_table
    names = [str(field.column) for field in model._meta.concrete_fields]
    values = ", ".join(changes.get(name, f'{table}."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({columns}) SELECT {values} {_FROM}"  # noqa: S608 -- names of our own columns
