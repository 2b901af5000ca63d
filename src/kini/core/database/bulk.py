"""Bulk writes by COPY, which takes a tenth of the time of an INSERT with a placeholder for each value."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, models
from django.db.models import Field
from django.db.models.expressions import RawSQL


@contextmanager
def open_copy(statement: Any, parameters: Any = None) -> Iterator[psycopg.Copy]:
    """Open a COPY stream of psycopg.

    Raises:
        django.db.Error: unlike a cursor's own COPY, which raises psycopg's errors.
    """
    with connection.wrap_database_errors, connection.cursor() as cursor:
        raw_cursor = cursor.cursor  # psycopg's: Django's debug cursor takes no parameters of a COPY
        with raw_cursor.copy(statement, parameters) as copy:
            yield copy


def bulk_upsert(model: type[models.Model], rows: Iterable[Sequence[Any]], *, key: str, fields: Sequence[str]) -> None:
    """Insert rows, or update them where the key exists. Within a transaction.

    Args:
        rows: the key, then the other fields, as values for psycopg (JSON as `Jsonb`).
        key, fields: names of fields; the key is unique in the table.
    """
    quote = connection.ops.quote_name
    columns = [quote(_column(model, name)) for name in (key, *fields)]
    listed, table, incoming = ", ".join(columns), quote(model._meta.db_table), quote("incoming")
    assignments = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {incoming} ON COMMIT DROP AS SELECT {listed} FROM {table} LIMIT 0")  # noqa: S608
        with open_copy(f"COPY {incoming} ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {incoming} "  # noqa: S608
            f"ON CONFLICT ({columns[0]}) DO UPDATE SET {assignments}"
        )
        cursor.execute(f"DROP TABLE {incoming}")


def unnest_values(values: Iterable[str]) -> RawSQL:
    """Right-hand side of `__in` for a text field: all values in one parameter."""
    return RawSQL("SELECT unnest(%s::text[])", [list(values)])


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    assert isinstance(field, Field)
    assert field.column
    return field.column
