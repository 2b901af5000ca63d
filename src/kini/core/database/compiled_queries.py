"""ORM queries of the busiest requests, compiled to SQL once and prepared once per connection (`prepared_statements`).

Compiling such a query takes longer than PostgreSQL needs to answer it, and so does planning it.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from kini.core.database.prepared_statements import execute_prepared


class CompiledQuery:
    """A query whose SQL is always the same and whose values differ from call to call.

    Args:
        make_query: returns the query as `values_list(...)`; its parameters are annotated `int`, `str` or `bytes`, and
            appear in the query unchanged, each at least once.
        suffix: SQL that is appended to the query, for what the ORM cannot express.
    """

    def __init__(self, make_query: Callable[..., QuerySet[Any, Any]], suffix: str = "") -> None:
        self._make_query, self._suffix = make_query, suffix

    def __call__(self, *more: Any, **values: int | str | bytes) -> list[Sequence[Any]]:
        """Rows for these values; positional ones are for `suffix`."""
        sql, parameters, compiler, converters = self._compiled
        substituted = [values[each.name] if isinstance(each, _Placeholder) else each for each in parameters]
        rows = execute_prepared(sql, [*substituted, *more])
        return list(compiler.apply_converters(rows, converters)) if converters else rows

    @cached_property
    def _compiled(self) -> tuple[str, list[Any], Any, Any]:
        signature = inspect.signature(self._make_query, eval_str=True).parameters.values()
        placeholders = {
            _sentinel(number, each.annotation): _Placeholder(each.name) for number, each in enumerate(signature)
        }
        compiler = self._make_query(*placeholders).query.get_compiler(connection=connection)
        sql, compiled = compiler.as_sql()
        compiled = [each.obj if isinstance(each, psycopg.Binary) else each for each in compiled]
        parameters = [
            placeholders.get(each, each) if isinstance(each, int | str | bytes) else each for each in compiled
        ]
        if missing := [each.name for each in placeholders.values() if each not in parameters]:
            raise TypeError(f"The compiled query does not contain {', '.join(missing)} unchanged.")
        return (
            f"{sql} {self._suffix}",
            parameters,
            compiler,
            compiler.get_converters([column for column, _sql, _alias in compiler.select]),
        )


class _Placeholder:
    """Placeholder for the value of a parameter."""

    def __init__(self, name: str) -> None:
        self.name = name


def _sentinel(number: int, value_type: type) -> int | str | bytes:
    """Sentinel that occurs in no query by itself."""
    if value_type is int:
        return 2**62 + number
    return f"placeholder:{number}".encode() if value_type is bytes else f"placeholder:{number}"


#: Stands for the current time in a query that is compiled ahead.
NOW_PLACEHOLDER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CompiledSql:
    """A compiled query in which only the current time varies; an empty `sql` returns no rows.

    Where the query depends on more than that (actor, filters), its caller caches it (`lru_cache`).
    """

    sql: str
    parameters: tuple[Any, ...]

    def rows(self, now: datetime) -> list[Sequence[Any]]:
        """Rows at that time, without the ORM's converters."""
        if not self.sql:
            return []
        return execute_prepared(self.sql, [now if each == NOW_PLACEHOLDER else each for each in self.parameters])


def compile_query(query: "QuerySet[Any, Any]") -> CompiledSql:
    """Compile a query."""
    try:
        return CompiledSql(*query.query.sql_with_params())
    except EmptyResultSet:
        return CompiledSql("", ())
