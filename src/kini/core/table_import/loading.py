"""Load rows into a stored table: difference, change, run record and undo. All of it within the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection
from django.db.models import Field, GeneratedField, Model, QuerySet
from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.core.config_files import ConfigError
from kini.core.database.bulk import open_copy
from kini.core.models import ImportChange, ImportRun
from kini.core.table_import.file_formats import digest_of
from kini.core.table_import.table import Table

#: Errors that a run's record keeps.
MOST_ERRORS = 200


@dataclass(frozen=True, slots=True)
class Target:
    """The rows of a stored table that a file is compared with.

    Attributes:
        key, fields: names of the model's fields that a file brings; the key tells which row is meant, and is never
            NULL.
        scope: values by field that mark the rows of this file; other rows are neither compared nor changed.
        defaults: values by field of new rows, beside those of the file.
        frozen: rows that no file changes.
        whole: a file names every row, so that what is missing from it is removed.
        loads_only: only loads change the table, so that of added rows the record has the keys alone, as ranges.
    """

    model: type[Model]
    key: tuple[str, ...]
    fields: tuple[str, ...]
    scope: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    frozen: QuerySet[Any] | None = None
    whole: bool = False
    loads_only: bool = False


def load(
    *, by: Actor, target: Target, table: Table, rows: Iterable[tuple[int, Sequence[Any]]], dry_run: bool = False
) -> ImportRun:
    """Compare rows with what is stored, and unless `dry_run` store the difference and the record of the run.

    Args:
        table: from which the rows come; a key that stands twice joins its errors.
        rows: line, and the values of `target.key` and `target.fields` as psycopg writes them (JSON as `Jsonb`).

    Returns:
        The record of the run, not stored by a dry run.

    Raises:
        IntegrityError: when a row does not fit the constraints of the table.
    """
    statements = _Statements(target)
    with connection.cursor() as cursor:
        # Two loads of one table come one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {statements.table}"])
        cursor.execute(statements.stage)
        with open_copy(statements.copy) as copy:
            for line, values in rows:
                copy.write_row((line, *values))
        cursor.execute(statements.repeated)
        for line, first in cursor.fetchall():
            message = _("it is already in line %(line)d") % {"line": first}
            theirs = ", ".join(map(table.mapping.column, target.key))
            table.errors.append(ConfigError(table.file, line, theirs, message, _("Keep one of them.")))
        cursor.execute(*statements.compare)
        cursor.execute(statements.count)
        counts = dict(cursor.fetchall())
        run = ImportRun(
            at=current_time.now(),
            actor_kind=by.kind.value,
            actor_id=by.user_id,
            actor_name=by.name,
            table=target.model._meta.label_lower,
            scope={name: str(value) for name, value in target.scope.items()},
            file=table.file[:200],
            sha256=digest_of(table.content),
            total=table.count,
            **{kind: counts.get(kind, 0) for kind in ("added", "changed", "removed", "unchanged", "frozen")},
            faulty=len({error.line for error in table.errors}),
            errors=[_stored(error) for error in table.errors[:MOST_ERRORS]],
        )
        if not dry_run:
            run.save()
            for statement, parameters in statements.changes(run.pk):
                cursor.execute(statement, parameters)
        cursor.execute("DROP TABLE import_row, import_difference")
    return run


@action
def undo(*, by: Actor, run: ImportRun) -> None:
    """Bring back what a run changed.

    Raises:
        NotAllowed: for anybody but a command of the program.
        ActionRefused: when it was undone before, its changes are no longer stored, its rows were changed since, or
            something refers to a row that it added.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Imports are undone by the program's commands only.")
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.undone_at:
        raise ActionRefused(_("This import was undone already."))
    changes = ImportChange.objects.filter(run=run)
    in_ranges = run.added if changes.exclude(keys="").exists() else 0
    if changes.filter(keys="").count() + in_ranges < run.added + run.changed + run.removed:
        raise ActionRefused(_("What this import changed is no longer stored."))
    names = _names(apps.get_model(run.table))
    with connection.cursor() as cursor:
        cursor.execute(_UNDONE_CONFLICTS.format(**names), [run.pk])
        [(conflicts,)] = cursor.fetchall()
        if in_ranges:
            cursor.execute(_RANGE_CONFLICTS.format(**names), [in_ranges, run.pk])
            conflicts += cursor.fetchall()[0][0]
        if conflicts:
            raise ActionRefused(_("%(count)d rows were changed after this import.") % {"count": conflicts})
        for statement in _UNDO:
            cursor.execute(statement.format(**names), [run.pk])
        try:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except IntegrityError:
            raise ActionRefused(_("Rows of this import are in use.")) from None
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    run.undone_at = current_time.now()
    run.save(update_fields=["undone_at"])
    audit.record(by=by, action="core.import-undone", subject=f"import:{run.pk}", detail={"table": run.table})


_NOTE_OF_KEYS = """
    INSERT INTO core_importchange (run_id, keys)
    SELECT %s, range_agg(int8range(key, key, '[]'))::text FROM written HAVING count(*) > 0
"""
#: `of_change`: the stored row `t` of a change `c`, whose `before` and `after` are whole rows.
_UNDONE_CONFLICTS = """
    SELECT count(*) FROM core_importchange c LEFT JOIN {table} t ON {of_change}
    WHERE c.run_id = %s AND c.keys = ''
    AND (to_jsonb(t) @> c.after) IS NOT TRUE AND to_jsonb(t) IS DISTINCT FROM c.after
"""
#: Rows of ranges that are gone, and changes by later loads that were not undone.
_RANGE_CONFLICTS = """
    SELECT %s - count(t.{pk}) + (
        SELECT count(*) FROM core_importchange later JOIN core_importrun r ON r.id = later.run_id
        WHERE r."table" = run."table" AND r.id > run.id AND r.undone_at IS NULL
        AND (later.before ->> '{plain_pk}')::bigint <@ c.keys::int8multirange
    )
    FROM core_importchange c JOIN core_importrun run ON run.id = c.run_id
    LEFT JOIN {table} t ON t.{pk} <@ c.keys::int8multirange
    WHERE run.id = %s AND c.keys <> '' GROUP BY run.id, c.id
"""
_UNDO = (
    "DELETE FROM {table} t USING core_importchange c WHERE {of_change} AND c.run_id = %s AND c.before IS NULL",
    """
    DELETE FROM {table} t USING core_importchange c
    WHERE c.run_id = %s AND c.keys <> '' AND t.{pk} <@ c.keys::int8multirange
    """,
    """
    UPDATE {table} t SET {assigned} FROM core_importchange c, jsonb_populate_record(NULL::{table}, c.before) AS old
    WHERE {of_change} AND c.run_id = %s AND c.before IS NOT NULL AND c.after IS NOT NULL
    """,
    """
    INSERT INTO {table} ({columns}) SELECT {old_columns}
    FROM core_importchange c, jsonb_populate_record(NULL::{table}, c.before) AS old
    WHERE c.run_id = %s AND c.before IS NOT NULL AND c.after IS NULL
    """,
)


def _names(model: type[Model]) -> dict[str, str]:
    """Quoted names for the statements of `undo`."""
    quote = connection.ops.quote_name
    columns = [quote(_column(each)) for each in model._meta.concrete_fields if not isinstance(each, GeneratedField)]
    pk = _column(model._meta.pk)
    return {
        "table": quote(model._meta.db_table),
        "pk": quote(pk),
        "plain_pk": pk,
        "of_change": f"t.{quote(pk)}::text = coalesce(c.after, c.before) ->> '{pk}'",
        "columns": ", ".join(columns),
        "old_columns": ", ".join(f"old.{column}" for column in columns),
        "assigned": ", ".join(f"{column} = old.{column}" for column in columns),
    }


class _Statements:
    """The statements of a load. Staged rows: `import_row`; their fate: `import_difference`."""

    def __init__(self, target: Target) -> None:
        quote = connection.ops.quote_name

        def columns(names: Iterable[str]) -> list[str]:
            return [quote(_column(target.model._meta.get_field(name))) for name in names]

        self.target, self.table = target, quote(target.model._meta.db_table)
        self.pk = quote(_column(target.model._meta.pk))
        self.key, self.fields = columns(target.key), columns(target.fields)
        self.scope, self.defaults = columns(target.scope), columns(target.defaults)
        listed = ", ".join([*self.key, *self.fields])
        self.stage = (
            f"CREATE TEMP TABLE import_row ON COMMIT DROP AS SELECT 0 AS line, {listed} FROM {self.table} LIMIT 0"  # noqa: S608
        )
        self.copy = f"COPY import_row (line, {listed}) FROM STDIN"
        self.repeated = (
            f"WITH numbered AS (SELECT line, min(line) OVER (PARTITION BY {', '.join(self.key)}) AS first"  # noqa: S608
            " FROM import_row), gone AS (DELETE FROM import_row r USING numbered n"
            " WHERE r.line = n.line AND n.line <> n.first RETURNING n.line, n.first)"
            " SELECT line, first FROM gone ORDER BY line"
        )
        self.count = "SELECT kind, count(*) FROM import_difference WHERE kind IS NOT NULL GROUP BY kind"

    @property
    def compare(self) -> tuple[str, list[Any]]:
        """The table of differences; rows that a file need not name have no kind."""
        scope = " AND ".join(f"{column} = %s" for column in self.scope) or "TRUE"
        joined = " AND ".join(f"i.{column} = t.{column}" for column in self.key)
        stored, imported = (f"ROW({', '.join(f'{a}.{c}' for c in self.fields)})" for a in "ti")
        is_frozen, of_frozen = "FALSE", tuple[Any, ...]()
        if self.target.frozen is not None:
            query, of_frozen = self.target.frozen.values("pk").query.sql_with_params()
            is_frozen = f"t.{self.pk} IN ({query})"
        statement = f"""
            CREATE TEMP TABLE import_difference ON COMMIT DROP AS
            SELECT line, pk, kind, CASE WHEN kind IN ('changed', 'removed') THEN row END AS before FROM (
                SELECT i.line, t.{self.pk} AS pk, to_jsonb(t) AS row, CASE
                    WHEN t.{self.pk} IS NULL THEN 'added'
                    WHEN i.line IS NULL AND NOT %s THEN NULL
                    WHEN {stored} IS NOT DISTINCT FROM {imported} THEN 'unchanged'
                    WHEN {is_frozen} THEN 'frozen'
                    WHEN i.line IS NULL THEN 'removed'
                    ELSE 'changed'
                END AS kind
                FROM import_row i FULL JOIN (SELECT * FROM {self.table} WHERE {scope}) t ON {joined}
            ) AS compared
        """  # noqa: S608
        return statement, [self.target.whole, *of_frozen, *self.target.scope.values()]

    def changes(self, run: int) -> Iterable[tuple[str, list[Any]]]:
        """The changes of the table, each with its record."""
        note = "INSERT INTO core_importchange (run_id, before, after, keys) SELECT %s, before, after, '' FROM written"
        returned, added = "NULL::jsonb AS before, to_jsonb(t) AS after", note
        if self.target.loads_only:
            returned, added = f"t.{self.pk} AS key", _NOTE_OF_KEYS
        beside = [*self.target.scope.values(), *self.target.defaults.values()]
        own, fixed = [*self.key, *self.fields], [*self.scope, *self.defaults]
        yield (
            f"WITH written AS (INSERT INTO {self.table} AS t ({', '.join([*own, *fixed])})"  # noqa: S608
            f" SELECT {', '.join([*(f'i.{column}' for column in own), *('%s' for _each in fixed)])}"
            " FROM import_row i JOIN import_difference d USING (line) WHERE d.kind = 'added'"
            f" RETURNING {returned}) {added}",
            [*beside, run],
        )
        assigned = ", ".join(f"{column} = i.{column}" for column in self.fields)
        yield (
            f"WITH written AS (UPDATE {self.table} t SET {assigned}"  # noqa: S608
            " FROM import_row i JOIN import_difference d USING (line)"
            f" WHERE d.kind = 'changed' AND t.{self.pk} = d.pk RETURNING d.before, to_jsonb(t) AS after) {note}",
            [run],
        )
        yield (
            f"WITH written AS (DELETE FROM {self.table} t USING import_difference d"  # noqa: S608
            f" WHERE d.kind = 'removed' AND t.{self.pk} = d.pk RETURNING d.before, NULL::jsonb AS after) {note}",
            [run],
        )


def _column(found: object) -> str:
    assert isinstance(found, Field)
    assert found.column
    return found.column


def _stored(error: ConfigError) -> dict[str, Any]:
    """An error as the record of a run keeps it: without the value, which may be a person's."""
    return {"line": error.line, "column": error.field, "message": error.message, "remedy": error.remedy}
