"""Clients of the attack, each with its own loopback address, since limits count by address."""

import http.client
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from statistics import quantiles
from threading import Event, Thread
from urllib.parse import urlsplit

#: Timeout of a request in seconds.
PATIENCE = 30.0
#: Seconds between two requests of the visitor.
PAUSE = 0.05
PAGES = ("/", "/services/", "/services/?q=akta+lahir", "/wifi/")


def network_address(block: int, number: int) -> str:
    """Loopback address of an attacker; each block has 250."""
    return f"127.0.{block}.{number % 250 + 1}"


def connect(address: str, source: str) -> socket.socket:
    """Open a connection to the server at `address` ("http://host:port") from a loopback address."""
    host, port = _endpoint(address)
    return socket.create_connection((host, port), PATIENCE, source_address=(source, 0))


def request(address: str, path: str, source: str) -> int:
    """Get a page over a new connection and return the status.

    Raises:
        OSError, HTTPException: no response.
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
    """Regular visitor who requests pages during the attack, as a context manager.

    Attributes:
        seconds: duration of each request; PATIENCE without response.
        failures: responses other than a page.
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
        """99th percentile of `seconds`."""
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
    """Hold `count` connections open that send nothing, half a head or half a body."""
    connections: list[socket.socket] = []
    try:
        for number, words in zip(range(count), cycle(SILENT), strict=False):
            connection = connect(address, network_address(1, number))
            connections.append(connection)
            connection.sendall(words)
        yield connections
    finally:
        for connection in connections:
            connection.close()
