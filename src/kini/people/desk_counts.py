"""Work that waits at the desk: rooms register what is counted, one statement a page counts all of it for an officer."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from kini.core import current_time
from kini.core.actors import Actor
from kini.core.database.compiled_queries import CompiledSql, compile_query
from kini.core.registry import Registry
from kini.people.permissions import Permission
from kini.people.queries import actor_for
from kini.people.rules import may_somewhere

#: Counts stop here; more is shown as "999+".
MAX_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class DeskCount:
    """Rows to count for an officer.

    Attributes:
        permission: officers without it count none.
        rows: returns the rows; `NOW_PLACEHOLDER` stands for the current time, since the query is compiled once.
    """

    permission: Permission
    rows: Callable[[Actor], QuerySet[Any, Any]]


counts: Registry[DeskCount] = Registry("count of work at the desk")


def waiting(request: HttpRequest, name: str) -> int:
    """Number of rows of a registered count, up to MAX_COUNTED. One query per request for all counts."""
    numbers: dict[str, int] | None = getattr(request, "_kini_desk_counts", None)
    if numbers is None:
        numbers = _count_all(actor_for(request))
        request._kini_desk_counts = numbers  # type: ignore[attr-defined]
    return numbers[name]


def shown_count(name: str) -> Callable[[HttpRequest], int | str | None]:
    """Return the function that formats a registered count for the rail."""
    return lambda request: capped(waiting(request, name))


def capped(count: int | None) -> int | str | None:
    """Format a count, with a suffix at the counting limit."""
    return f"{MAX_COUNTED - 1}+" if count == MAX_COUNTED else count


def _count_all(actor: Actor) -> dict[str, int]:
    counted = tuple(name for name, each in counts.items() if may_somewhere(actor, each.permission))
    numbers = _statement(actor, counted).rows(current_time.now())[0] if counted else ()
    return dict.fromkeys(counts.names(), 0) | dict(zip(counted, numbers, strict=True))


@lru_cache(maxsize=500)
def _statement(actor: Actor, names: tuple[str, ...]) -> CompiledSql:
    return count_each([counts.get(name).rows(actor) for name in names])


def count_each(queries: list[QuerySet[Any, Any]]) -> CompiledSql:
    """Compile one statement that counts the rows of each query up to MAX_COUNTED.

    Each query is a subquery of its own, so that each uses its own index and stops at the limit.
    """
    compiled = [compile_query(each.order_by().values("pk")[:MAX_COUNTED]) for each in queries]
    # The SQL comes from the ORM; parameters are passed separately.
    columns = [f"(SELECT count(*) FROM ({each.sql}) AS counted)" if each.sql else "0" for each in compiled]  # noqa: S608
    return CompiledSql(f"SELECT {', '.join(columns)}", tuple(value for each in compiled for value in each.parameters))
