"""Queries of the busiest requests, worded by the ORM once: it takes longer for that than the database to answer."""

import inspect
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import QuerySet


class Worded:
    """A query that differs from call to call in its values only.

    Args:
        make: gives the query as `values_list(...)`; its parameters are annotated `int` or `str`, and stand in the
            query as they are, each at least once.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]]) -> None:
        self._make = make

    def __call__(self, **values: int | str) -> list[Sequence[Any]]:
        """The rows with these values."""
        sql, parameters, compiler, converters = self._words
        with connection.cursor() as cursor:
            cursor.execute(sql, [values[each.name] if isinstance(each, _Mark) else each for each in parameters])
            rows = cursor.fetchall()
        return list(compiler.apply_converters(rows, converters)) if converters else rows

    @cached_property
    def _words(self) -> tuple[str, list[Any], Any, Any]:
        asked = inspect.signature(self._make, eval_str=True).parameters.values()
        marks = {_stand_in(number, each.annotation): _Mark(each.name) for number, each in enumerate(asked)}
        compiler = self._make(*marks).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        return (
            sql,
            [marks.get(each, each) if isinstance(each, int | str) else each for each in parameters],
            compiler,
            compiler.get_converters([column for column, _sql, _alias in compiler.select]),
        )


class _Mark:
    """Where the value of a parameter goes."""

    def __init__(self, name: str) -> None:
        self.name = name


def _stand_in(number: int, sort: type) -> int | str:
    """A value that no query has by itself."""
    return 2**62 + number if sort is int else f"worded:{number}"
