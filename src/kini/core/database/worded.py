"""Statements of the busiest requests, worded once by the ORM and prepared once by each connection (`prepared`).

Wording a statement takes longer than the database needs to answer it, and so does planning it.
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

from kini.core.database.prepared import prepared


class Worded:
    """A query that differs from call to call in its values only.

    Args:
        make: gives the query as `values_list(...)`; its parameters are annotated `int`, `str` or `bytes`, and stand in
            the query as they are, each at least once.
        more: SQL that follows the query, where the ORM has no word for it (lists of values, for one).
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], more: str = "") -> None:
        self._make, self._more = make, more

    def __call__(self, *more: Any, **values: int | str | bytes) -> list[Sequence[Any]]:
        """The rows with these values, and with those of `more`."""
        sql, parameters, compiler, converters = self._words
        given = [values[each.name] if isinstance(each, _Mark) else each for each in parameters]
        rows = prepared(sql, [*given, *more])
        return list(compiler.apply_converters(rows, converters)) if converters else rows

    @cached_property
    def _words(self) -> tuple[str, list[Any], Any, Any]:
        asked = inspect.signature(self._make, eval_str=True).parameters.values()
        marks = {_stand_in(number, each.annotation): _Mark(each.name) for number, each in enumerate(asked)}
        compiler = self._make(*marks).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        return (
            f"{sql} {self._more}",
            [marks.get(each, each) if isinstance(each, int | str | bytes) else each for each in parameters],
            compiler,
            compiler.get_converters([column for column, _sql, _alias in compiler.select]),
        )


class _Mark:
    """Where the value of a parameter goes."""

    def __init__(self, name: str) -> None:
        self.name = name


def _stand_in(number: int, sort: type) -> int | str | bytes:
    """A value that no query has by itself."""
    if sort is int:
        return 2**62 + number
    return f"worded:{number}".encode() if sort is bytes else f"worded:{number}"


#: Stands in a query where the time of its use will stand.
SOME_TIME = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Words:
    """A query that was worded for good and differs from use to use in the time alone; without `sql` it finds nothing.

    Where its wording depends on much (who asks, for what), whoever words it keeps it (`lru_cache`).
    """

    sql: str
    parameters: tuple[Any, ...]

    def rows(self, now: datetime) -> list[Sequence[Any]]:
        """The rows, their columns as the database gives them."""
        if not self.sql:
            return []
        return prepared(self.sql, [now if each == SOME_TIME else each for each in self.parameters])


def words_of(query: "QuerySet[Any, Any]") -> Words:
    """How the database is asked for a query's values."""
    try:
        return Words(*query.query.sql_with_params())
    except EmptyResultSet:
        return Words("", ())
