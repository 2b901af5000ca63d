"""Prepared statements return rows, fail and roll back as those of Django's cursors."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, IntegrityError, InternalError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kini.core.database import prepared_statements as module
from kini.core.database.prepared_statements import execute_deferred, execute_prepared

pytestmark = pytest.mark.fast_path


def names() -> set[str]:
    return {name for (name,) in rows("SELECT name FROM pg_prepared_statements")}


def rows(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_values_come_back_as_a_cursor_gives_them():
    query = "SELECT %s::bigint, %s::text, %s::timestamptz, %s::jsonb, %s::bytea, %s::text[], %s::float8, 50 %% 20"
    parameters = [1, "a'\"é", datetime(2026, 1, 2, tzinfo=UTC), '{"a": [1]}', b"\x00\xff", ["x", None], 1.5]
    assert execute_prepared(query, parameters) == rows(query, parameters)
    assert execute_prepared(query, [None] * len(parameters)) == rows(query, [None] * len(parameters))


@pytest.mark.django_db
def test_named_values_may_stand_more_than_once():
    assert execute_prepared("SELECT %(b)s::int, %(a)s::int, %(b)s::int", {"a": 1, "b": 2}) == [(2, 1, 2)]


@pytest.mark.django_db
def test_whoever_counts_statements_sees_it_as_well():
    with CaptureQueriesContext(connection) as seen:
        assert execute_prepared("SELECT %s::int", [7]) == [(7,)]
    assert len(seen) == 1


@pytest.mark.django_db
def test_an_error_is_one_of_djangos_and_ends_the_transaction():
    with pytest.raises(DataError, match="division by zero"), transaction.atomic():
        execute_prepared("SELECT 1 / %s::int", [0])
    with transaction.atomic():
        with pytest.raises(DataError):
            execute_prepared("SELECT 1 / %s::int", [0])
        with pytest.raises(InternalError):
            execute_prepared("SELECT 1")
        transaction.set_rollback(True)
    assert execute_prepared("SELECT 1") == [(1,)]


@pytest.mark.django_db
def test_a_connection_keeps_only_so_many(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_STATEMENTS", 3)
    for number in range(10):
        assert execute_prepared(f"SELECT {number}, %s::int", [1]) == [(number, 1)]
    assert len([each for each in names() if each.startswith("kini_")]) == 3


@pytest.mark.django_db(transaction=True)
def test_it_opens_the_transaction_that_is_asked_for():
    with transaction.atomic():
        execute_prepared("INSERT INTO core_cacheentry (cache_key, value, expires) VALUES (%s, '', now())", ["prepared"])
        transaction.set_rollback(True)
    assert rows("SELECT FROM core_cacheentry WHERE cache_key = 'prepared'") == []


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_told_and_the_next_one_begins_anew():
    [(own,)] = execute_prepared("SELECT pg_backend_pid()")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
    other.close()
    with pytest.raises(OperationalError):
        execute_prepared("SELECT pg_backend_pid()")
    connection.close()
    [(new,)] = execute_prepared("SELECT pg_backend_pid()")
    assert new != own


STORE = "INSERT INTO core_cacheentry (cache_key, value, expires) VALUES (%s, '', now())"


def kept() -> set[str]:
    return {key for (key,) in rows("SELECT cache_key FROM core_cacheentry WHERE cache_key LIKE 'later _'")}


@pytest.mark.django_db(transaction=True)
def test_what_waits_keeps_its_place_among_the_others():
    with transaction.atomic():
        execute_deferred(STORE, ["later 1"])
        execute_deferred(STORE, ["later 2"])
        counted = "SELECT count(*) FROM core_cacheentry WHERE cache_key LIKE %s"
        assert execute_prepared(counted, ["later %"]) == [(2,)]
        execute_deferred(STORE, ["later 3"])
        assert kept() == {"later 1", "later 2", "later 3"}  # Django's cursors see it as well
        execute_deferred("UPDATE core_cacheentry SET cache_key = %s WHERE cache_key = %s", ["later 4", "later 3"])
    assert kept() == {"later 1", "later 2", "later 4"}


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_undone_with_its_transaction_or_its_part_of_it():
    with suppress(ZeroDivisionError), transaction.atomic():
        execute_deferred(STORE, ["later 1"])
        raise ZeroDivisionError
    with transaction.atomic():
        execute_deferred(STORE, ["later 2"])
        with suppress(ZeroDivisionError), transaction.atomic():
            execute_deferred(STORE, ["later 3"])
            raise ZeroDivisionError
    assert kept() == {"later 2"}


@pytest.mark.django_db(transaction=True)
def test_what_waits_for_no_transaction_is_run_at_once():
    execute_deferred(STORE, ["later 1"])
    assert kept() == {"later 1"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asks", [True, False])
def test_an_error_of_what_waits_ends_the_transaction_and_the_connection_goes_on(asks: bool):
    execute_deferred(STORE, ["later 1"])

    @transaction.atomic
    def three() -> None:
        execute_deferred(STORE, ["later 2"])
        execute_deferred(STORE, ["later 1"])
        execute_deferred(STORE, ["later 3"])
        if asks:
            execute_prepared("SELECT 1")

    with pytest.raises(IntegrityError, match="later 1"):
        three()
    assert kept() == {"later 1"}
    assert execute_prepared("SELECT 1") == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_is_lost_while_something_waits_is_told():
    other = connection.copy()

    @transaction.atomic
    def lost() -> None:
        [(own,)] = execute_prepared("SELECT pg_backend_pid()")
        execute_deferred(STORE, ["later 1"])
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [own])

    with pytest.raises(OperationalError):
        lost()
    other.close()
    connection.close()
    assert kept() == set()


@pytest.mark.django_db(transaction=True)
def test_what_is_interrupted_on_its_way_is_undone_and_the_next_connection_begins_anew(monkeypatch: pytest.MonkeyPatch):
    @transaction.atomic
    def interrupted() -> None:
        execute_deferred(STORE, ["later 1"])
        execute_prepared("SELECT 1")

    def stop(*_given: object, **_named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as changed:
        changed.setattr(module.Statements, "_next", stop)
        with pytest.raises(KeyboardInterrupt):
            interrupted()
    connection.close()
    assert kept() == set()
    assert execute_prepared("SELECT 1") == [(1,)]
