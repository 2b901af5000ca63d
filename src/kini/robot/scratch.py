"""A city to play with: a database, files and a server of its own in a temporary folder, gone afterwards."""

import os
import socket
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kini.core.database.embedded import Server
from kini.core.processes import ProcessFault, Supervisor


@dataclass(frozen=True, slots=True)
class Scratch:
    """A prepared city; `serve` starts its web server."""

    env: dict[str, str]
    var: Path
    supervisor: Supervisor

    def serve(self) -> str:
        """Start the web server on a free port of loopback; its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        command = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "kini.wsgi:application", "--host", "127.0.0.1"),
            *("--port", str(port), "--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "warning"),
        ]
        payments = ["sandbox", "payments", "--port", "0", "--city", address, "--var", str(self.var / "payments")]
        self.supervisor.start("payment sandbox", [sys.executable, "-m", "kini.cli", *payments], self.env)
        self.supervisor.start("web", command, self.env)
        self.supervisor.wait_until(lambda: ready(address), seconds=60)
        return address


def ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as response:  # noqa: S310 -- loopback
            return bool(response.status == 200)
    except OSError:
        return False


@contextmanager
def scratch_city(pack: Path | None = None, plugins: str = "", *, demo: str = "0") -> Iterator[Scratch]:
    """A fresh city, migrated and loaded.

    Args:
        demo: as in KINI_DEMO: "0", "people", or "1" for people and cases.

    Raises:
        ProcessFault: when the pack has faults (they are printed) or something does not start.
    """
    with tempfile.TemporaryDirectory(prefix="kini-scratch-") as folder:
        var = Path(folder) / "var"
        with Server(Path(folder) / "postgres", durable=False) as server, Supervisor() as supervisor:
            env = os.environ | {
                "KINI_ENV": "local",
                "KINI_VAR": str(var),
                "KINI_OUTBOX": "1",
                "KINI_LOG_LEVEL": "error",
                "KINI_DEMO": demo,
                "KINI_PAYMENTS": str(var / "payments" / "payments.toml"),
            }
            env |= {"DATABASE_URL": server.url("kini")}
            env |= {"KINI_CITY": str(pack.resolve())} if pack else {}
            env |= {"KINI_PLUGINS": plugins} if plugins else {}
            if supervisor.run("prepare", [sys.executable, "-m", "kini.cli", "prepare"], env):
                raise ProcessFault("the scratch city could not be prepared; the reason stands above.")
            yield Scratch(env | {"KINI_DEMO": "people"}, var, supervisor)
