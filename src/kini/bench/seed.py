"""Seed a city with many cases by COPY: a few are created by the regular actions, the others are clones."""

import multiprocessing
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, pairwise
from operator import itemgetter
from typing import Any

import django
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models, transaction
from django.utils import timezone
from psycopg import sql
from psycopg.types.json import Jsonb

from kini.cases.models import Attachment, Case, TimelineEntry
from kini.city.models import Area
from kini.core.database import database_roles
from kini.core.database.bulk import open_copy
from kini.core.database.encryption import EncryptedKeysJSONField, EncryptedTextField
from kini.core.models import AuditEntry
from kini.demo.public import cases as demo_cases
from kini.demo.public import people as demo_people
from kini.people.models import Resident, User

ORIGINALS = 100
BATCH = 2000
#: Approximate number of cases per resident; a third of the residents have an account.
CASES_EACH = 5
TABLES: tuple[type[models.Model], ...] = (Case, TimelineEntry, Attachment)


@dataclass(frozen=True, slots=True)
class SeedShare:
    """Share of the clones for one process.

    Attributes:
        numbers: of the clones; added to `first_case` they are the ids of their cases.
        first_entry: first free id of timeline entries for this share.
    """

    numbers: range
    first_case: int
    first_entry: int
    originals: tuple[int, ...]
    accounts: range
    helped: range


def seed_cases(count: int) -> None:
    """Load `count` cases (at least a few) with their applicants into an empty city, and analyse the tables.

    Runs as the tables' owner, who may disable triggers and drop indexes.
    """
    with database_roles.as_owner():
        _fill(count)


def _fill(count: int) -> None:
    with transaction.atomic():
        cast = demo_people.create_people()
        demo_cases.create_cases(cast, min(ORIGINALS, count))
    originals = tuple(Case.objects.order_by("pk").values_list("pk", flat=True))
    missing = count - len(originals)
    if missing > 0:
        accounts, helped = seed_people(max(60, count // CASES_EACH))
        indexes = drop_indexes(TABLES)
        _in_processes(_parts(missing, originals, accounts, helped))
        count_on(Case, TimelineEntry)
        side_by_side([*indexes, _SUBMISSIONS.format(last_original=max(originals))])
    large = [*(model._meta.db_table for model in TABLES), AuditEntry._meta.db_table]
    others = sorted(set(connection.introspection.table_names()) - set(large))
    side_by_side([f"VACUUM ANALYZE {table}" for table in (*large, *others)])


def _parts(missing: int, originals: tuple[int, ...], accounts: range, helped: range) -> list[SeedShare]:
    """Equal shares for every core, with disjoint ids."""
    cores = min(os.cpu_count() or 1, -(-missing // BATCH))
    longest = max(TimelineEntry.objects.values_list("number", flat=True))
    entry = (TimelineEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    bounds = [missing * core // cores for core in range(cores + 1)]
    return [
        SeedShare(range(start, end), max(originals) + 1, entry + start * longest, originals, accounts, helped)
        for start, end in pairwise(bounds)
    ]


def _in_processes(parts: Sequence[SeedShare]) -> None:
    connection.close()
    with ProcessPoolExecutor(len(parts), multiprocessing.get_context("spawn"), django.setup) as pool:
        for _done in pool.map(_load, parts):
            pass


def _load(part: SeedShare) -> None:
    """Create and store the clones of one share; runs in a subprocess as the tables' owner."""
    from kini.demo.public import case_cloner  # noqa: PLC0415 -- models can be imported only after django.setup

    database_roles.become_owner()
    users = dict(Resident.objects.filter(user__isnull=False).values_list("pk", "user_id"))
    copier = case_cloner.CaseCloner(part.originals, part.accounts, part.helped, users)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # clones satisfy triggers by construction
    entry = part.first_entry
    rows = {model: CopyBuffer(model) for model in TABLES}
    for start in range(part.numbers.start, part.numbers.stop, BATCH):
        for number in range(start, min(start + BATCH, part.numbers.stop)):
            copy = copier.copy(number)
            copy.case.pk = part.first_case + number
            rows[Case].add(copy.case)
            for each in copy.entries:
                each.pk, each.case_id, entry = entry, copy.case.pk, entry + 1
                rows[TimelineEntry].add(each)
            for document in copy.documents:
                document.case_id, document.draft_id = copy.case.pk, None
                rows[Attachment].add(document)
        with transaction.atomic():
            for each_model in rows.values():
                each_model.store()


class CopyBuffer:
    """Buffer of rows of one table, stored by COPY."""

    def __init__(self, model: type[models.Model]) -> None:
        fields = [
            field
            for field in model._meta.concrete_fields
            if not field.generated and not isinstance(field, SearchVectorField)
        ]
        self._table = model._meta.db_table
        self._columns = [str(field.column) for field in fields]
        self._read = itemgetter(*[field.attname for field in fields])
        self._json = [place for place, field in enumerate(fields) if type(field) is models.JSONField]
        self._encrypted_keys = [
            (place, field) for place, field in enumerate(fields) if isinstance(field, EncryptedKeysJSONField)
        ]
        self._encrypted = [
            (place, field) for place, field in enumerate(fields) if isinstance(field, EncryptedTextField)
        ]
        self._rows: list[list[Any]] = []

    def add(self, instance: models.Model) -> None:
        row = list(self._read(instance.__dict__))
        for place in self._json:
            row[place] = Jsonb(row[place])
        for place, field in self._encrypted:
            row[place] = field.get_prep_value(row[place])
        for place, keyed in self._encrypted_keys:
            row[place] = Jsonb(keyed.sealed(row[place]))
        self._rows.append(row)

    def store(self) -> None:
        copy_rows(self._table, self._columns, self._rows)
        self._rows = []


def copy_rows(table: str, columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to a table by COPY."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    words = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with open_copy(words) as copy:
        for row in rows:
            copy.write_row(row)


def seed_people(count: int) -> tuple[range, range]:
    """Create residents, a third of them with an account; return the key ranges (with account, without)."""
    with_account, now = count // 3, timezone.now()
    areas = list(Area.objects.filter(parent__isnull=False).order_by("-depth", "pk").values_list("pk", flat=True))
    email, name = User._meta.get_field("email"), Resident._meta.get_field("name")
    house = Resident._meta.get_field("address").get_prep_value("House")
    user = _next_key(User)
    resident = _next_key(Resident)
    copy_rows(
        User._meta.db_table,
        ("id", "password", "phone_verified", "email", "language", "is_active", "created_at"),
        (
            (user + n, "!", False, email.get_prep_value(f"resident-{n}@bench.example"), "", True, now)
            for n in range(with_account)
        ),
    )
    copy_rows(
        Resident._meta.db_table,
        ("id", "user_id", "name", "sex", "phone", "email", "address", "area_id", "created_at", "updated_at"),
        (
            (
                *(resident + n, user + n if n < with_account else None, name.get_prep_value(f"Resident {n}"), ""),
                *(b"", b"", house, area, now, now),
            )
            for n, area in zip(range(count), cycle(areas), strict=False)
        ),
    )
    count_on(User, Resident)
    return range(resident, resident + with_account), range(resident + with_account, resident + count)


def _next_key(model: type[models.Model]) -> int:
    last = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return int(last or 0) + 1


def count_on(*tables: type[models.Model]) -> None:
    """Advance the tables' sequences past the inserted ids, as the tables' owner."""
    for model in tables:
        with database_roles.as_owner(), connection.cursor() as cursor:
            table, following = model._meta.db_table, _next_key(model)
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [table, following])


#: Audit entry of each clone's submission.
_SUBMISSIONS = """
    INSERT INTO core_auditentry (at, actor_kind, actor_id, actor_name, action, subject, detail)
    SELECT opened_at, first.actor_kind, first.actor_id, '', 'cases.submitted', 'case:' || reference,
        jsonb_build_object('service', service_id)
    FROM cases_case JOIN cases_timelineentry AS first ON first.case_id = cases_case.id AND first.number = 1
    WHERE cases_case.id > {last_original:d}
"""


def drop_indexes(tables: Iterable[type[models.Model]]) -> list[str]:
    """Drop the indexes without constraint; return their definitions, slowest to build first."""
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = ANY(%s::regclass[]) AND NOT indisunique
            """,
            [names],
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    return sorted((definition for _name, definition in indexes), key=lambda words: "USING gin" not in words)


def side_by_side(statements: Iterable[str]) -> None:
    """Run statements concurrently, each on its own connection, one per core."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _done in pool.map(_alone, statements):
            pass


def _alone(statement: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '256MB'")
            cursor.execute(statement)
            cursor.execute("RESET maintenance_work_mem")  # the connection returns to the pool
    finally:
        connection.close()
