"""ORM queries of the busiest requests, compiled to SQL once and prepared once per connection (`prepared_statements`).

Compiling such a query takes longer than PostgreSQL needs to answer it, and so does planning it.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from kini.core.database.prepared_statements import execute_prepared


class CompiledQuery:
    """A query whose SQL is always the same and whose values differ from call to call.

    Args:
        make: returns the query as `values_list(...)`; its parameters are annotated `int`, `str` or `bytes`, and appear
            in the query unchanged, each at least once.
        more: SQL that is appended to the query, for what the ORM cannot express.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], more: str = "") -> None:
        self._make, self._more = make, more

    def __call__(self, *more: Any, **values: int | str | bytes) -> list[Sequence[Any]]:
        """Rows for these values; positional ones are for `more`."""
        sql, parameters, compiler, converters = self._words
        values_sent = [values[each.name] if isinstance(each, _Mark) else each for each in parameters]
        rows = execute_prepared(sql, [*values_sent, *more])
        return list(compiler.apply_converters(rows, converters)) if converters else rows

    @cached_property
    def _words(self) -> tuple[str, list[Any], Any, Any]:
        parameters_of_make = inspect.signature(self._make, eval_str=True).parameters.values()
        marks = {_stand_in(number, each.annotation): _Mark(each.name) for number, each in enumerate(parameters_of_make)}
        compiler = self._make(*marks).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        return (
            f"{sql} {self._more}",
            [marks.get(each, each) if isinstance(each, int | str | bytes) else each for each in parameters],
            compiler,
            compiler.get_converters([column for column, _sql, _alias in compiler.select]),
        )


class _Mark:
    """Placeholder for the value of a parameter."""

    def __init__(self, name: str) -> None:
        self.name = name


def _stand_in(number: int, value_type: type) -> int | str | bytes:
    """Sentinel that occurs in no query by itself."""
    if value_type is int:
        return 2**62 + number
    return f"worded:{number}".encode() if value_type is bytes else f"worded:{number}"


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
