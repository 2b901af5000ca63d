"""Prepared statements for the busiest requests, run directly through pgconn.

Django's cursor around psycopg's takes five times as long as handing a statement to libpq, which matters where a request
runs ten of them. Statements of the ORM are never prepared (settings.database).

A deferred statement (`execute_deferred`) is sent with the next one, at the latest with the commit, so that several
share one round trip (libpq's pipeline mode). `postgresql.base` flushes them before any statement of the ORM.

`KINI_FAST_PATH=off` sends every statement at once through Django's cursor.
"""

import re
import select
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from psycopg.types.numeric import Int8

type Parameters = Sequence[Any] | Mapping[str, Any]

#: Prepared statements per connection; the least recently used is dropped.
MAX_STATEMENTS = 200
#: A statement is prepared again after this many runs, then after ten times as many, and so on: a generic plan made
#: while a table was empty would scan all of it for ever.
RUNS_BEFORE_REPLAN = 50
CONNECTION_LOST = "The connection to the database was lost in the middle of a transaction."
#: Attribute of a psycopg connection that holds its statements. A dictionary would keep the connection alive.
_ATTRIBUTE = "_kini_statements"
_PLACEHOLDER = re.compile(r"%(?:(?P<percent>%)|s|\((?P<name>\w+)\)s)")


def execute_prepared(sql: str, parameters: Parameters = ()) -> list[Sequence[Any]]:
    """Run a prepared statement and return its rows; an empty list for statements without rows.

    Args:
        sql: with Django's placeholders: "%s" for positional parameters, "%(name)s" for named ones.
    """
    database = connections["default"]
    database.ensure_connection()
    if not settings.ENV.fast_path or database.queries_logged or database.execute_wrappers:
        return _execute_observed(database, sql, parameters)
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        return _statements(database).rows(sql, parameters)


def execute_deferred(sql: str, parameters: Parameters = ()) -> None:
    """Queue a statement without a result; it runs in order, with the next statement of this transaction or its commit.

    Its error is raised by that next statement or the commit, so use it only where an error would be a bug.
    """
    database = connections["default"]
    database.ensure_connection()
    observed = database.queries_logged or database.execute_wrappers
    if not settings.ENV.fast_path or not database.in_atomic_block or observed:
        execute_prepared(sql, parameters)
        return
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        _statements(database).defer(sql, parameters)


def _statements(database: BaseDatabaseWrapper) -> "Statements":
    connection = database.connection
    own: Statements | None = getattr(connection, _ATTRIBUTE, None)
    if own is None:
        own = Statements(connection)
        setattr(connection, _ATTRIBUTE, own)
    return own


def pending_statements(connection: "psycopg.Connection[Any]") -> "Statements | None":
    """The connection's statements if some of them wait to be sent, else None."""
    own: Statements | None = getattr(connection, _ATTRIBUTE, None)
    return own if own is not None and own.has_deferred else None


def _execute_observed(database: BaseDatabaseWrapper, sql: str, parameters: Parameters) -> list[Sequence[Any]]:
    """Run it through Django's cursor, so that query logs and execute wrappers see it."""
    with database.cursor() as cursor:
        cursor.execute(sql, _typed(parameters))
        return cursor.fetchall() if cursor.description else []


def _typed(parameters: Parameters) -> Any:
    """Send all integers as bigint: each integer type would make another prepared statement."""
    if isinstance(parameters, Mapping):
        return {name: Int8(each) if type(each) is int else each for name, each in parameters.items()}
    return [Int8(each) if type(each) is int else each for each in parameters]


class Statements:
    """Prepared and deferred statements of one connection."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._autocommit: Callable[[], bool] = lambda: connection.autocommit
        self._pgconn = connection.pgconn
        self._values = Transformer(connection)
        self._prepared: OrderedDict[tuple[str, tuple[int, ...]], _Prepared] = OrderedDict()
        self._number = count()
        self._deferred: list[_Call] = []

    @property
    def has_deferred(self) -> bool:
        """True while statements wait to be sent."""
        return bool(self._deferred)

    def rows(self, sql: str, parameters: Parameters) -> list[Sequence[Any]]:
        """Run a statement after the deferred ones and return its rows.

        Raises:
            psycopg.Error: as a cursor does.
        """
        call = self._call(sql, parameters)
        if self._deferred or self._needs_begin():
            result = self._pipeline([*self._deferred, call])
        else:
            result = self._check(self._pgconn.exec_prepared(*call))
        self._values.set_pgresult(result)
        rows: list[Any] = self._values.load_rows(0, result.ntuples, tuple)
        return rows

    def defer(self, sql: str, parameters: Parameters) -> None:
        """Defer a statement until the next one or the commit."""
        self._deferred.append(self._call(sql, parameters))

    def flush(self, *, commit: bool = False) -> None:
        """Run the deferred statements; with `commit` also COMMIT.

        Raises:
            psycopg.Error: of the first that fails; the rest is not run, and nothing is committed.
        """
        self._pipeline(self._deferred, commit=commit)

    def discard(self) -> None:
        """Discard the waiting statements: their transaction is over."""
        self._deferred = []

    def _needs_begin(self) -> bool:
        """True when the next statement must be preceded by BEGIN."""
        return self._pgconn.transaction_status == TransactionStatus.IDLE and not self._autocommit()

    def _call(self, sql: str, parameters: Parameters) -> "_Call":
        sql_bytes, names = _number_placeholders(sql)
        typed = _typed(parameters)
        values = [typed[name] for name in names] if names else typed
        sent: list[Any] = list(self._values.dump_sequence(values, [PyFormat.AUTO] * len(values)))
        return self._name(sql, sql_bytes, self._values.types or ()), sent, self._values.formats

    def _pipeline(self, calls: "list[_Call]", *, commit: bool = False) -> PGresult:
        """Run statements in order, in a transaction, in one round trip; return the result of the last."""
        pgconn, begins = self._pgconn, self._needs_begin()
        self._deferred = []
        pgconn.enter_pipeline_mode()
        try:
            if begins:
                pgconn.send_query_params(b"BEGIN", None)
            for call in calls:
                pgconn.send_query_prepared(*call)
            if commit:
                pgconn.send_query_params(b"COMMIT", None)
            pgconn.pipeline_sync()
            results = [self._next() for _call in range(begins + len(calls) + commit)]
            self._next(last=True)
        except BaseException:
            pgconn.finish()  # the state is unknown: PostgreSQL rolls back, and Django opens a new connection
            raise
        pgconn.exit_pipeline_mode()
        return [self._check(result) for result in results][-1]

    def _next(self, *, last: bool = False) -> PGresult:
        """Return the pipeline's next result. Each but the last is followed by a None that must be read too."""
        pgconn = self._pgconn
        if pgconn.is_busy():
            answer = select.poll()
            answer.register(pgconn.socket, select.POLLIN)
            while pgconn.is_busy():
                answer.poll()
                pgconn.consume_input()
        result = pgconn.get_result()
        if result is None or not (last or pgconn.get_result() is None):
            raise psycopg.OperationalError(CONNECTION_LOST)
        return result

    def _name(self, sql: str, sql_bytes: bytes, types: tuple[int, ...]) -> bytes:
        """Return the name of the prepared statement, preparing it where needed."""
        key = sql, types
        statement = self._prepared.get(key)
        if statement is None:
            statement = self._prepared[key] = self._prepare(sql_bytes, types, RUNS_BEFORE_REPLAN)
            while len(self._prepared) > MAX_STATEMENTS:
                _key, oldest = self._prepared.popitem(last=False)
                self._drop(oldest)
        elif statement.runs >= statement.max_runs and not self._deferred:
            old, statement = statement, self._prepare(sql_bytes, types, statement.max_runs * 10)
            self._prepared[key] = statement
            self._drop(old)
        self._prepared.move_to_end(key)
        statement.runs += 1
        return statement.name

    def _prepare(self, sql_bytes: bytes, types: tuple[int, ...], max_runs: int) -> "_Prepared":
        name = b"kini_%d" % next(self._number)
        self._check(self._pgconn.prepare(name, sql_bytes, types))
        return _Prepared(name, max_runs)

    def _drop(self, statement: "_Prepared") -> None:
        self._check(self._pgconn.exec_(b"DEALLOCATE " + statement.name))

    def _check(self, result: PGresult) -> PGresult:
        if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            return result
        if self._pgconn.status == ConnStatus.BAD or not result.error_field(DiagnosticField.SQLSTATE):
            # An error without SQLSTATE comes from libpq, which may still take a cut connection for a sound one: it has
            # read the server's last message, but not yet the end of the stream.
            self._pgconn.finish()
            raise psycopg.OperationalError(result.get_error_message())
        raise psycopg.errors.error_from_result(result)


@dataclass(slots=True)
class _Prepared:
    """A prepared statement: its name, the runs after which it is prepared again, the runs so far."""

    name: bytes
    max_runs: int
    runs: int = 0


#: Name of a prepared statement, its encoded values, their formats.
type _Call = tuple[bytes, list[Any], Sequence[Any] | None]


@lru_cache(maxsize=2000)
def _number_placeholders(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """Translate Django's placeholders into PostgreSQL's ($1, $2, ...); returns the SQL and the names of named ones."""
    names: list[str] = []
    numbers: Iterator[int] = count(1)

    def replace(match: "re.Match[str]") -> str:
        if match["percent"]:
            return "%"
        if not match["name"]:
            return f"${next(numbers)}"
        if match["name"] not in names:
            names.append(match["name"])
        return f"${names.index(match['name']) + 1}"

    return _PLACEHOLDER.sub(replace, sql).encode(), tuple(names)
