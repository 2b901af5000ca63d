"""Embedded database: quick to start, private, and recovered after every kind of end."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import psycopg
import pytest

from kini.core.database import embedded
from kini.core.database.embedded import DatabaseServerError, EmbeddedServer
from kini.core.database.os_account import OsAccount, account_for

CHILD = """
import sys
from pathlib import Path
from kini.core.database.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
print(server.start(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Temporary folder that other accounts can reach, unlike pytest's."""
    with tempfile.TemporaryDirectory(prefix="kini-tests-") as folder:
        yield Path(folder)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    with EmbeddedServer(tmp_path / "postgres", durable=False) as running:
        yield running


def ask(url: str, question: str) -> str:
    with psycopg.connect(url) as connection:
        return str(connection.execute(question).fetchone()[0])


def process_of(server: EmbeddedServer) -> int:
    return int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])


def test_data_outlive_the_server_and_the_second_start_is_quick(server: EmbeddedServer) -> None:
    with psycopg.connect(server.url("kini")) as connection:
        connection.execute("CREATE TABLE lamp AS SELECT 3 AS hours")
    server.stop()
    assert not server.alive()
    started = time.monotonic()
    url = server.start()
    assert time.monotonic() - started < 1
    assert ask(url, "SELECT hours FROM lamp") == "3"


def test_it_speaks_utf_8_in_utc_and_listens_on_no_port(server: EmbeddedServer) -> None:
    url = server.url("kini")
    assert ask(url, "SHOW server_encoding") == "UTF8"
    assert ask(url, "SHOW timezone") == "UTC"
    assert ask(url, "SELECT upper('sítí')") == "SÍTÍ"
    assert ask(url, "SHOW listen_addresses") == ""
    assert ask(url, "SHOW fsync") == "off"
    assert ask(url, "SELECT current_user") == "kini"


def test_nobody_else_can_look_into_it(server: EmbeddedServer) -> None:
    assert server.folder.stat().st_mode & 0o777 == 0o700
    assert (server.folder / "run").stat().st_mode & 0o777 == 0o700
    assert Path(f"/proc/{process_of(server)}").stat().st_uid != 0


def test_what_people_wrote_does_not_stand_in_the_log(server: EmbeddedServer) -> None:
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        ask(server.url("kini"), "SELECT 1 WHERE 'rahasia' = 'x' AND 'y'::integer = 3174096112900001")
    assert "3174096112900001" not in server.log.read_text()


def test_databases_are_made_once(server: EmbeddedServer) -> None:
    assert server.create_database('odd "name"') == server.create_database('odd "name"')
    assert ask(server.url('odd "name"'), "SELECT current_database()") == 'odd "name"'


def test_two_run_side_by_side_and_a_folder_has_one(server: EmbeddedServer, tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "other", durable=False) as other:
        assert ask(other.url("kini"), "SELECT 1") == "1"
        assert ask(server.url("kini"), "SELECT 1") == "1"
    with pytest.raises(DatabaseServerError, match="another process already uses"):
        EmbeddedServer(server.folder).start()
    assert server.alive()


def test_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / ("deep" * 30), durable=False)
    url = server.start()
    assert ask(url, "SELECT 1") == "1"
    folder = Path(ask(url, "SHOW unix_socket_directories").strip('"'))
    server.stop()
    assert not folder.exists()


def test_a_killed_server_is_noticed_and_starts_again_with_what_was_committed(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "postgres") as server:
        with psycopg.connect(server.url("kini")) as connection:
            connection.execute("CREATE TABLE lamp AS SELECT 3 AS hours")
        idle = psycopg.connect(server.url("kini"))
        os.kill(process_of(server), signal.SIGKILL)
        server._process.wait()
        assert not server.alive()
        server.stop()
        assert ask(server.start(), "SELECT hours FROM lamp") == "3"
        idle.close()


def test_a_server_ends_with_its_parent_however_that_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CHILD, str(tmp_path / "postgres")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        url = parent.stdout.readline().strip()
        connection = psycopg.connect(url)
        parent.kill()
    with pytest.raises(psycopg.OperationalError):  # the connection ends because the server does
        connection.execute("SELECT pg_sleep(30)")
    connection.close()
    with EmbeddedServer(tmp_path / "postgres") as server:
        assert ask(server.url("kini"), "SELECT 1") == "1"


def test_a_number_that_another_program_has_by_now_keeps_nothing_from_starting(server: EmbeddedServer) -> None:
    server.stop()
    for note in (server.data / "postmaster.pid", server.folder / "run" / ".s.PGSQL.5432.lock"):
        note.write_text(f"{os.getppid()}\n{server.data}\n")
    assert ask(server.start(), "SELECT 1") == "1"


def test_half_made_data_are_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedServer(tmp_path / "postgres", durable=False) as server:
        assert ask(server.url("kini"), "SELECT 1") == "1"


def test_data_of_another_version_are_refused_in_one_sentence(server: EmbeddedServer) -> None:
    server.stop()
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(
        DatabaseServerError, match="does not start: database files are incompatible with server; more in"
    ):
        server.start()
    assert not server.alive()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DatabaseServerError, match=r"file/postgres cannot be started: .*Not a directory"):
        EmbeddedServer(tmp_path / "file" / "postgres").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends an account")
def test_root_opens_closed_folders_for_passing_and_nothing_more(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    account = account_for(closed / "data")
    assert account.lent
    account.reach(closed / "data")
    assert closed.stat().st_mode & 0o777 == 0o701
    programs = closed / "programs"
    programs.mkdir(mode=0o700)
    (programs / "initdb").touch(mode=0o700)
    (programs / "notes").touch(mode=0o600)
    account.read(programs)
    assert {path.name: path.stat().st_mode & 0o777 for path in (programs, *programs.iterdir())} == {
        "programs": 0o705,
        "initdb": 0o705,
        "notes": 0o604,
    }


def test_an_ordinary_account_changes_nothing_on_the_way(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    OsAccount(os.geteuid(), os.getegid(), lent=False).reach(closed / "data")
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_server_that_fell_comes_back_at_the_same_address_with_its_data(tmp_path: Path) -> None:
    with EmbeddedServer(tmp_path / "postgres") as server:
        url = server.url("kini")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE lamp AS SELECT 3 AS hours")
        os.kill(process_of(server), signal.SIGKILL)
        assert server.pid
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
        assert not server.alive()
        server.revive()
        assert server.alive()
        assert ask(url, "SELECT hours FROM lamp") == "3"


def test_a_server_that_was_never_started_is_not_brought_back(tmp_path: Path) -> None:
    with pytest.raises(DatabaseServerError, match="was not started"):
        EmbeddedServer(tmp_path / "postgres").revive()


@pytest.mark.parametrize(
    ("memory", "limit", "shared"),
    [
        (1_000_000_000, "max", "256MB"),
        (8_000_000_000, "max", "1000MB"),
        (64_000_000_000, "max", "2048MB"),
        (64_000_000_000, "4000000000", "500MB"),
        (8_000_000_000, "", "1000MB"),
    ],
)
def test_a_production_has_a_part_of_its_machine_or_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int, limit: str, shared: str
) -> None:
    if limit:
        (tmp_path / "memory.max").write_text(f"{limit}\n")
    monkeypatch.setattr(embedded, "LIMIT", tmp_path / "memory.max")
    monkeypatch.setattr(embedded.psutil, "virtual_memory", lambda: Mock(total=memory))
    assert embedded.production_settings()["shared_buffers"] == shared
