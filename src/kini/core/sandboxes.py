"""Sandbox servers that imitate outside systems: registry and shared HTTP handler."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from kini.core import tls
from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class SandboxServer:
    """A sandbox server on loopback.

    Attributes:
        label: for the operator.
        port: default port.
        start: dotted name of a function `(folder, city, port) -> (server, configuration file)`. It writes the
            configuration to `folder`, and returns a server that is not serving yet and calls back `city` (a URL);
            port 0 takes a free one.
    """

    label: str
    port: int
    start: str


type StartSandbox = Callable[[Path, str, int], tuple[ThreadingHTTPServer, Path]]

sandboxes = Registry[SandboxServer]("sandbox")


class SandboxHandler(BaseHTTPRequestHandler):
    """Base of the handlers: responses with a length; nothing is logged, since requests have people's numbers."""

    protocol_version = "HTTP/1.1"

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def json(self, status: int, content: Mapping[str, Any] | Sequence[Any]) -> None:
        self.answer(status, json.dumps(content), "application/json")

    def answer(
        self, status: int, body: str | bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the library's name
        pass


class SandboxHTTPServer(ThreadingHTTPServer):
    """Server whose threads end with the program, and that lets many clients connect at once."""

    daemon_threads = True
    request_queue_size = 128


def bind_sandbox(handler: type[SandboxHandler], sandbox: object, port: int = 0) -> ThreadingHTTPServer:
    """Make a server on loopback whose handler has `sandbox`; run it with `serve_forever`. Port 0 takes a free one."""
    bound = type("BoundHandler", (handler,), {"sandbox": sandbox})
    return SandboxHTTPServer(("127.0.0.1", port), bound)


def call_city(address: str, body: bytes, headers: dict[str, str]) -> int:
    """Post to the city and return the status; 599 without a response."""
    try:
        return httpx.post(address, content=body, headers=headers, timeout=10, verify=tls.context()).status_code
    except httpx.HTTPError:
        return 599
