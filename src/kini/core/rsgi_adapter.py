"""RSGI application for granian around Django's WSGI handler: an event loop reads whole requests, threads handle them.

A thread starts only when the whole request has arrived, so slow clients occupy a connection, never a thread. Headers
with "_" in their names are dropped, since WSGI would fold them into others ("X_Forwarded_For" into "X-Forwarded-For").
"""

import asyncio
import io
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any, Protocol

from kini.core.files import DISK_FULL_ERRNOS, MAX_BYTES

type Headers = list[tuple[str, str]]
type Environ = dict[str, Any]
#: Django's handler: it returns the HttpResponse.
type Application = Callable[..., Any]

#: As many files as a form may have, each of the largest size, and the form's own inputs.
MAX_BODY = 10 * MAX_BYTES + 1_000_000
#: Total of the bodies that one process is reading; each is on disk from 1 MB.
MAX_PENDING = 1_000_000_000
IN_MEMORY = 1_000_000
#: Bodies up to this size are read by one call, with the first deadline only.
ONE_READ = 10_000
#: Seconds for a body to arrive, and the bytes that extend it by one second: even 2G phones send ten times as fast.
BODY_SECONDS, BYTES_A_SECOND = 20.0, 500
#: Requests that wait for a thread; further ones get 503.
MAX_WAITING = 1000
#: Versions that granian writes differently from WSGI.
PROTOCOLS = {"1": "HTTP/1.0"}


class Scope(Protocol):
    """Head of a request (RSGI 1)."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None

    @property
    def headers(self) -> Any: ...


class Connection(Protocol):
    """Body of a request and its response (RSGI 1)."""

    async def __call__(self) -> bytes: ...
    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def response_str(self, status: int, headers: Headers, body: str) -> None: ...
    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...
    def response_stream(self, status: int, headers: Headers) -> Any: ...


class RequestRejected(Exception):
    """A request that is refused before it reaches the application."""

    def __init__(self, status: int, reason: str, headers: Headers | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.headers = status, reason, headers or []


class RsgiAdapter:
    """RSGI application of one server process.

    Args:
        load: returns the WSGI application; called once per process.

    Attributes:
        threads: number of concurrent requests.
    """

    def __init__(self, load: Callable[[], Application]) -> None:
        self.load = load
        self.threads = 4
        self.pending = self.waiting = 0

    def __rsgi_init__(self, _loop: asyncio.AbstractEventLoop) -> None:
        self.application = self.load()
        self.pool = ThreadPoolExecutor(self.threads, "request")

    async def __rsgi__(self, scope: Scope, connection: Connection) -> None:
        try:
            environ = environ_of(scope)
            if self.waiting >= MAX_WAITING:
                raise RequestRejected(503, "busy", [("retry-after", "5")])
            length = length_of(environ)
            environ["wsgi.input"] = body = await self._read(connection, length)
        except RequestRejected as refusal:
            headers = [("content-type", "text/plain; charset=utf-8"), ("connection", "close"), *refusal.headers]
            connection.response_str(refusal.status, headers, f"{refusal.reason}\n")
            return
        self.waiting += 1
        try:
            await asyncio.get_running_loop().run_in_executor(self.pool, self._answer, environ, connection)
        finally:
            self.waiting -= 1
            body.close()

    async def _read(self, connection: Connection, length: int) -> IO[bytes]:
        """Read the whole body, a large one into a temporary file.

        Raises:
            RequestRejected: when there is no room, or it is too slow or ends early.
        """
        if not length:
            return io.BytesIO()
        body: IO[bytes] = io.BytesIO() if length <= ONE_READ else tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        if self.pending + length > MAX_PENDING:
            raise RequestRejected(503, "busy", [("retry-after", "30")])
        self.pending += length
        try:
            await receive(connection, length, body)
        except OSError as error:
            body.close()
            raise RequestRejected(
                507 if error.errno in DISK_FULL_ERRNOS else 500, "the request could not be kept"
            ) from None
        except BaseException:
            body.close()
            raise
        finally:
            self.pending -= length
        body.seek(0)
        return body

    def _answer(self, environ: Environ, connection: Connection) -> None:
        head: tuple[int, Headers] = (500, [])

        def start_response(status: str, headers: Headers, _exc_info: object = None) -> None:
            nonlocal head
            head = int(status[:3]), headers

        response: Any = self.application(environ, start_response)
        try:
            send(connection, *head, response)
        finally:
            response.close()


async def receive(connection: Connection, length: int, body: IO[bytes]) -> None:
    """Write a body of `length` bytes to `body` as it arrives.

    Raises:
        RequestRejected: when it is too slow, or ends early.
    """
    received = 0
    begun = asyncio.get_running_loop().time()
    try:
        if length <= ONE_READ:
            async with asyncio.timeout_at(begun + BODY_SECONDS):
                received = body.write(await connection())
        else:
            pieces = aiter(connection)
            with suppress(StopAsyncIteration):
                while received < length:
                    async with asyncio.timeout_at(begun + BODY_SECONDS + received / BYTES_A_SECOND):
                        piece = await anext(pieces)
                    received += body.write(piece)
    except TimeoutError:
        raise RequestRejected(408, "the request came too slowly") from None
    if received != length:
        raise RequestRejected(400, "the request ended early")


def length_of(environ: Environ) -> int:
    """Length of the body in bytes.

    Raises:
        RequestRejected: when the length is unknown or too large.
    """
    if "HTTP_TRANSFER_ENCODING" in environ:
        raise RequestRejected(411, "Content-Length is required")
    declared = environ.get("CONTENT_LENGTH", "")
    length = int(declared) if declared.isdecimal() else 0
    if length > MAX_BODY:
        raise RequestRejected(413, "the request is too large")
    return length


def environ_of(scope: Scope) -> Environ:
    """Convert the head of a request to a WSGI environ (PEP 3333)."""
    name, _colon, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": wsgi_text(scope.path),
        "QUERY_STRING": wsgi_text(scope.query_string),
        "SERVER_NAME": name,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": PROTOCOLS.get(scope.http_version, f"HTTP/{scope.http_version}"),
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for header, value in scope.headers.items():
        if "_" not in header:
            key = header.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            glue = "; " if key == "HTTP_COOKIE" else ","
            environ[key] = f"{environ[key]}{glue}{value}" if key in environ else value
    if "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority or ""
    return environ


def wsgi_text(text: str) -> str:
    """Represent a text by its UTF-8 bytes, one character each (PEP 3333)."""
    return text.encode("utf-8", "replace").decode("latin-1")


def send(connection: Connection, status: int, headers: Headers, response: Any) -> None:
    """Send Django's response, in chunks when it is streaming."""
    if response.streaming:
        stream = connection.response_stream(status, headers)
        for piece in response:
            stream.send_bytes(piece)
    else:
        connection.response_bytes(status, headers, response.content)
