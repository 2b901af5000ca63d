"""Sandbox Open311 server of a made-up neighbouring city: takes requests, and answers after hours as demo.yaml says.

Only what GeoReport v2 asks of a server that our client speaks to: requests, in JSON.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kini.core import current_time
from kini.core.sandboxes import SandboxHandler, bind_sandbox
from kini.demo.content import Neighbour, demo_content

#: First number of its requests, and how far they are apart.
FIRST, STEP = 40_117, 3
_TABLE = (
    "CREATE TABLE IF NOT EXISTS request (id INTEGER PRIMARY KEY, key TEXT UNIQUE, service TEXT, words TEXT, at TEXT)"
)
_INSERT = """
    INSERT INTO request SELECT coalesce(max(id) + ?, ?), ?, ?, ?, ? FROM request WHERE true
    ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING id
"""


@dataclass
class Sandbox:
    """State of the sandbox: its requests are in a file, so that they outlive the process.

    Attributes:
        city: its services, and its answers by age of a request.
    """

    city: Neighbour
    path: Path
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def _open(self) -> "closing[sqlite3.Connection]":
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, autocommit=True, timeout=10)
        connection.execute(_TABLE)
        return closing(connection)

    def file(self, service: str, words: str, key: str, at: datetime) -> str:
        """Take a request; the same key again is the same request. Returns its number."""
        with self._open() as connection:
            row = connection.execute(_INSERT, (STEP, FIRST, key, service, words, at.isoformat())).fetchone()
        return str(row[0])

    def requests(self, ids: Iterable[str], at: datetime) -> Iterator[dict[str, Any]]:
        """Requests with the state in which they are at a time; without ids all."""
        wanted = set(ids)
        with self._open() as connection:
            rows = connection.execute("SELECT id, service, words, at FROM request ORDER BY id").fetchall()
        for number, service, words, filed in rows:
            if not wanted or str(number) in wanted:
                yield self._shown(str(number), service, words, datetime.fromisoformat(filed), at)

    def _shown(self, number: str, service: str, words: str, filed: datetime, at: datetime) -> dict[str, Any]:
        given = [each for each in self.city.answers if filed + timedelta(hours=each.hours) <= at]
        last = max(given, key=lambda each: each.hours, default=None)
        return {
            "service_request_id": number,
            "service_code": service,
            "description": words,
            "status": last.status if last else "open",
            "status_notes": last.notes if last else "",
            "requested_datetime": filed.isoformat(),
            "updated_datetime": (filed + timedelta(hours=last.hours if last else 0)).isoformat(),
        }


class Handler(SandboxHandler):
    """Request handler of one sandbox."""

    sandbox: Sandbox | None

    def do_POST(self) -> None:
        form, sandbox = dict(parse_qsl(self.body().decode())), self.sandbox
        if sandbox is None or form.get("api_key") != sandbox.key:
            return self._refuse(403, "wrong api_key")
        if self.path != "/requests.json" or form.get("service_code") not in sandbox.city.services.values():
            return self._refuse(404, "there is no such service")
        key = self.headers.get("Idempotency-Key") or secrets.token_urlsafe(12)
        number = sandbox.file(form["service_code"], form.get("description", ""), key, current_time.now())
        return self.json(200, [{"service_request_id": number, "service_notice": None}])

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if self.sandbox is None or url.path != "/requests.json":
            return self._refuse(404, "not found")
        ids = dict(parse_qsl(url.query)).get("service_request_id", "")
        return self.json(200, list(self.sandbox.requests(filter(None, ids.split(",")), current_time.now())))

    def _refuse(self, status: int, words: str) -> None:
        self.json(status, [{"code": str(status), "description": words}])


def sandbox_of(folder: Path) -> Sandbox | None:
    """The sandbox whose requests are in a folder; None if the pack's demo has no neighbouring city."""
    city = demo_content().neighbour
    return Sandbox(city, folder / "requests.sqlite3") if city else None


def configure(folder: Path, sandbox: Sandbox | None, port: int) -> Path:
    """Write the file for KINI_OPEN311, for a sandbox on that loopback port."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "open311.toml"
    path.touch(mode=0o600)
    lines = []
    if sandbox:
        services = ", ".join(f'{ours} = "{theirs}"' for ours, theirs in sandbox.city.services.items())
        lines = [f"[{sandbox.city.id}]", 'adapter = "georeport"', f'title = "{sandbox.city.name}"']
        lines += [f'address = "http://127.0.0.1:{port}"', f'key = "{sandbox.key}"', f"services = {{ {services} }}", ""]
    path.write_text("\n".join(lines), "utf-8")
    return path


def start(folder: Path, _city: str, port: int) -> tuple[ThreadingHTTPServer, Path]:
    """Create server and configuration file for core.sandboxes."""
    sandbox = sandbox_of(folder)
    running = bind_sandbox(Handler, sandbox, port)
    return running, configure(folder, sandbox, running.server_address[1])
