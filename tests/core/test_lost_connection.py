"""A lost connection always raises OperationalError, and nothing that the server forgot stays cached."""

import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from weakref import ref

import psutil
import pytest
from django.db import OperationalError, connection, connections, transaction
from pytest_django import DjangoDbBlocker

from kini.core.database.embedded import EmbeddedServer
from kini.core.database.fast_models import allocate_pk, insert_deferred
from kini.core.database.postgresql.base import DatabaseWrapper
from kini.core.database.prepared_statements import execute_prepared
from kini.core.models import OutboxMessage
from kini.settings import database


@pytest.fixture
def server(django_db_blocker: DjangoDbBlocker) -> Iterator[EmbeddedServer]:
    """A database of this test, connected as the default."""
    before = connections["default"]
    with (
        tempfile.TemporaryDirectory(prefix="kini-tests-") as folder,
        EmbeddedServer(Path(folder) / "postgres") as running,
    ):
        own = DatabaseWrapper({**before.settings_dict, **database(running.url("kini"))})
        own._connection_pools = {}
        connections["default"] = own
        with django_db_blocker.unblock():
            yield running
            let_go()
        connections["default"] = before
        kill(running)  # one that has just lost a connection begins anew, and is in no hurry to stop


def let_go() -> None:
    connection.close()
    connection.close_pool()


def backend() -> int:
    [(pid,)] = execute_prepared("SELECT pg_backend_pid()")
    return int(pid)


def end(pid: int, number: signal.Signals) -> None:
    process = psutil.Process(pid)
    process.send_signal(number)
    process.wait(10)


def kill(server: EmbeddedServer) -> None:
    assert server.pid
    root = psutil.Process(server.pid)
    for process in [*root.children(recursive=True), root]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
    assert not server.alive()


def message() -> OutboxMessage:
    return OutboxMessage(channel="sms", recipient="+62", text="x")


def test_a_connection_that_ends_because_another_one_fell(server: EmbeddedServer) -> None:
    """The server's shutdown notice reaches libpq without SQLSTATE, and the connection looks sound."""
    end(backend(), signal.SIGQUIT)
    with pytest.raises(OperationalError):
        backend()
    assert connection.connection.closed


def test_the_same_in_the_middle_of_a_transaction(server: EmbeddedServer) -> None:
    @transaction.atomic
    def cut() -> None:
        end(backend(), signal.SIGQUIT)
        backend()

    with pytest.raises(OperationalError):
        cut()


def test_nothing_of_a_connection_stays(server: EmbeddedServer) -> None:
    backend()
    gone = ref(connection.connection)
    let_go()
    gc.collect()
    assert gone() is None


def test_a_part_of_a_transaction_that_cannot_be_undone(server: EmbeddedServer) -> None:
    @transaction.atomic
    def cut() -> None:
        pid = backend()
        with suppress(ZeroDivisionError), transaction.atomic():
            end(pid, signal.SIGTERM)
            raise ZeroDivisionError
        backend()

    with pytest.raises(OperationalError):
        cut()


def test_keys_that_the_database_gives_once_more(server: EmbeddedServer) -> None:
    @transaction.atomic
    def cut() -> None:
        allocate_pk(message())
        kill(server)
        server.revive()
        backend()

    with connection.schema_editor() as editor:
        editor.create_model(OutboxMessage)
    with pytest.raises(OperationalError):
        cut()
    let_go()
    others = [OutboxMessage.objects.create(channel="sms", recipient="+62", text="x").pk for _ in range(3)]
    row = message()
    allocate_pk(row)
    insert_deferred(row)
    assert row.pk not in others
