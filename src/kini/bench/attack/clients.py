"""Clients of the attack: each from a loopback address of its own, since limits count by address."""

import http.client
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from statistics import quantiles
from threading import Event, Thread
from urllib.parse import urlsplit

#: Seconds after which a request counts as never answered.
PATIENCE = 30.0
#: Seconds between two requests of the visitor.
PAUSE = 0.05
PAGES = ("/", "/services/", "/services/?q=akta+lahir", "/wifi/")


def network_address(block: int, number: int) -> str:
    """A loopback address: attackers of one block share 250 of them."""
    return f"127.0.{block}.{number % 250 + 1}"


def connect(address: str, source: str) -> socket.socket:
    """Open a connection to the server at `address` ("http://host:port") from a loopback address."""
    host, port = _endpoint(address)
    return socket.create_connection((host, port), PATIENCE, source_address=(source, 0))


def request(address: str, path: str, source: str) -> int:
    """Get a page over a connection of its own; the status of the answer.

    Raises:
        OSError, HTTPException: when there is no answer.
    """
    connection = http.client.HTTPConnection(*_endpoint(address), timeout=PATIENCE, source_address=(source, 0))
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def _endpoint(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


class Visitor:
    """Another visitor, who asks for pages while the attack goes on. Also a context manager.

    Attributes:
        seconds: how long each answer took; PATIENCE where there was none.
        failures: what was answered instead of a page.
    """

    def __init__(self, address: str) -> None:
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self._address, self._stop = address, Event()
        self._thread = Thread(target=self._visit, daemon=True)

    def __enter__(self) -> "Visitor":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    @property
    def p99(self) -> float:
        """Seconds within which 99 of 100 answers came."""
        if len(self.seconds) < 2:
            return max(self.seconds, default=PATIENCE)
        return quantiles(self.seconds, n=100, method="inclusive")[98]

    def _visit(self) -> None:
        for path in cycle(PAGES):
            begun = time.monotonic()
            try:
                status = request(self._address, path, "127.0.0.250")
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{path}: {type(error).__name__}")
                self.seconds.append(PATIENCE)
            else:
                self.seconds.append(time.monotonic() - begun)
                if status != 200:
                    self.failures.append(f"{path}: {status}")
            if self._stop.wait(PAUSE):
                return


#: Bytes that a slow client sends before it stops.
SILENT = (
    b"",
    b"GET /services/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ",
    b"POST /language/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nlanguage=",
    b"POST /api/v1/drafts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b'Content-Length: 900000\r\n\r\n{"service": "',
)


@contextmanager
def slow_connections(address: str, count: int) -> Iterator[Sequence[socket.socket]]:
    """Hold so many connections open that send nothing, half a head, or half a body."""
    held: list[socket.socket] = []
    try:
        for number, words in zip(range(count), cycle(SILENT), strict=False):
            connection = connect(address, network_address(1, number))
            held.append(connection)
            connection.sendall(words)
        yield held
    finally:
        for connection in held:
            connection.close()
