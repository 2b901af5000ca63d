"""Statements of the busiest requests, which each connection prepares once and runs without further ceremony.

A cursor of Django around one of psycopg takes five times as long as handing a statement to libpq, which matters where
a request has ten of them. What is asked through the ORM is never prepared (settings.database).
"""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.types.numeric import Int8

type Parameters = Sequence[Any] | Mapping[str, Any]

#: Statements that a connection keeps; the one that was not asked for longest makes room.
MOST_KEPT = 200
_PLACE = re.compile(r"%(?:(?P<percent>%)|s|\((?P<name>\w+)\)s)")


def prepared(sql: str, parameters: Parameters = ()) -> list[Sequence[Any]]:
    """The rows of a statement that is asked again and again with other values; none where it gives none.

    Args:
        sql: with places as Django writes them: "%s" for parameters in their order, "%(name)s" for named ones.
    """
    database = connections["default"]
    database.ensure_connection()
    if database.queries_logged or database.execute_wrappers:
        return _watched(database, sql, parameters)
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        connection = database.connection
        own = _own.get(connection)
        if own is None:
            own = _own[connection] = Statements(connection)
        return own.rows(sql, parameters)


def _watched(database: BaseDatabaseWrapper, sql: str, parameters: Parameters) -> list[Sequence[Any]]:
    """The same through Django's cursor, where somebody counts or sees what is asked."""
    with database.cursor() as cursor:
        cursor.execute(sql, _typed(parameters))
        return cursor.fetchall() if cursor.description else []


def _typed(parameters: Parameters) -> Any:
    """Whole numbers of one size: each size would be a statement of its own."""
    if isinstance(parameters, Mapping):
        return {name: Int8(each) if type(each) is int else each for name, each in parameters.items()}
    return [Int8(each) if type(each) is int else each for each in parameters]


class Statements:
    """The statements that one connection has prepared."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._autocommit = lambda: connection.autocommit
        self._libpq = connection.pgconn
        self._values = Transformer(connection)
        self._names: OrderedDict[tuple[str, tuple[int, ...]], bytes] = OrderedDict()
        self._number = count()

    def rows(self, sql: str, parameters: Parameters) -> list[Sequence[Any]]:
        """Run a statement; its rows.

        Raises:
            psycopg.Error: as a cursor does.
        """
        words, names = _numbered(sql)
        given = _typed(parameters)
        values = [given[name] for name in names] if names else given
        if self._libpq.transaction_status == TransactionStatus.IDLE and not self._autocommit():
            self._done(self._libpq.exec_(b"BEGIN"))
        sent: list[Any] = list(self._values.dump_sequence(values, [PyFormat.AUTO] * len(values)))
        name = self._name(sql, words, self._values.types or ())
        result = self._done(self._libpq.exec_prepared(name, sent, self._values.formats))
        self._values.set_pgresult(result)
        found: list[Any] = self._values.load_rows(0, result.ntuples, tuple)
        return found

    def _name(self, sql: str, words: bytes, types: tuple[int, ...]) -> bytes:
        """The name of the statement, prepared if it was not."""
        key = sql, types
        name = self._names.get(key)
        if name is None:
            name = b"kini_%d" % next(self._number)
            self._done(self._libpq.prepare(name, words, types))
            self._names[key] = name
            while len(self._names) > MOST_KEPT:
                _key, oldest = self._names.popitem(last=False)
                self._done(self._libpq.exec_(b"DEALLOCATE " + oldest))
        else:
            self._names.move_to_end(key)
        return name

    def _done(self, result: PGresult) -> PGresult:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        if self._libpq.status == ConnStatus.BAD:
            raise psycopg.OperationalError(result.get_error_message())
        raise psycopg.errors.error_from_result(result)


_own: WeakKeyDictionary["psycopg.Connection[Any]", Statements] = WeakKeyDictionary()


@lru_cache(maxsize=2000)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """A statement with its places as PostgreSQL counts them, and the names of those that have one."""
    names: list[str] = []
    numbers: Iterator[int] = count(1)

    def place(found: "re.Match[str]") -> str:
        if found["percent"]:
            return "%"
        if not found["name"]:
            return f"${next(numbers)}"
        if found["name"] not in names:
            names.append(found["name"])
        return f"${names.index(found['name']) + 1}"

    return _PLACE.sub(place, sql).encode(), tuple(names)
