"""Temporary city: own database, files and server in a folder that is deleted afterwards."""

import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from kini.core.database.embedded import DATABASE, EmbeddedServer
from kini.core.process_supervisor import ProcessError, Supervisor, kini_command, spawn_command
from kini.core.web_server import is_ready, server_address, web_command


@dataclass(frozen=True, slots=True)
class ScratchCity:
    """A prepared temporary city; `serve` starts its web server."""

    env: dict[str, str]
    var: Path
    supervisor: Supervisor
    database: EmbeddedServer

    def serve(self) -> str:
        """Start the web server on a free loopback port; return its URL."""
        port = free_port()
        words = [
            "sandbox",
            "payments",
            "--port",
            "0",
            "--city",
            server_address("127.0.0.1", port),
            "--var",
            str(self.var),
        ]
        self.supervisor.start("sandbox", spawn_command(kini_command(*words), self.env))
        self.supervisor.wait_until((self.var / "payments" / "payments.toml").is_file, seconds=60)
        return self.start("web", web_command("127.0.0.1", port, workers=2, threads=3), port)

    def start(
        self, name: str, command: list[str], port: int, log: IO[bytes] | None = None, *, again: bool = False
    ) -> str:
        """Start a server with this city's environment, wait until it is ready, and return its URL.

        Args:
            again: restart it when it exits.
        """
        address = server_address("127.0.0.1", port)
        self.supervisor.start(name, spawn_command(command, self.env, log), again=again)
        self.supervisor.wait_until(lambda: is_ready(address), seconds=60)
        return address


def free_port() -> int:
    """Free loopback port, below those from which systems choose the ports of outgoing connections."""
    while True:
        port = secrets.randbelow(12_000) + 20_000
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def scratch_city(
    pack: Path | None = None,
    plugins: str = "",
    *,
    demo: str = "0",
    durable: bool = False,
    env: Mapping[str, str] | None = None,
    migrated: Callable[[Path], str] | None = None,
) -> Iterator[ScratchCity]:
    """Create a temporary city, migrated and loaded.

    Args:
        demo: as in KINI_DEMO: "0", "people", or "small" for people and some cases.
        durable: use a crash-safe database (fsync), as in production.
        env: overrides of the demo environment.
        migrated: writes a database server's data to a folder and returns the name of the city's database there, so
            that only newer migrations run.

    Raises:
        ProcessError: when the pack is invalid (errors are printed) or a process does not start.
    """
    with tempfile.TemporaryDirectory(prefix="kini-scratch-") as folder:
        var = Path(folder) / "var"
        large = (env or {}).get("KINI_ENV") == "production"
        embedded = EmbeddedServer(Path(folder) / "postgres", durable=durable, large=large)
        name = migrated(embedded.data) if migrated else DATABASE
        with embedded as server, Supervisor() as supervisor:
            environment = os.environ | {
                "KINI_ENV": "local",
                "KINI_VAR": str(var),
                "KINI_OUTBOX": "1",
                "KINI_LOG_LEVEL": "error",
                "KINI_DEMO": demo,
                "KINI_PAYMENTS": str(var / "payments" / "payments.toml"),
            }
            environment |= server.addresses(name)
            environment |= {"KINI_CITY": str(pack.resolve())} if pack else {}
            environment |= {"KINI_PLUGINS": plugins} if plugins else {}
            environment |= env or {}
            if supervisor.run("prepare", spawn_command(kini_command("prepare"), environment)):
                raise ProcessError("The scratch city could not be prepared; see the output above.")
            demo_env = {"KINI_DEMO": "people"} if environment["KINI_ENV"] == "local" else {}
            yield ScratchCity(environment | demo_env, var, supervisor, server)
