"""TCP proxy between browser and city that can be interrupted."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import Enum
from socketserver import BaseRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit


class Cut(Enum):
    """Blocked direction. `ANSWERS`: requests arrive, responses are lost."""

    NOTHING, EVERYTHING, ANSWERS = range(3)


class Net(ThreadingTCPServer):
    """Loopback server in front of the city.

    Attributes:
        lost: number of requests whose response was dropped.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, city: str) -> None:
        super().__init__(("127.0.0.1", 0), _Way)
        parts = urlsplit(city)
        self.city = (str(parts.hostname), int(parts.port or 80))
        self.open: set[socket.socket] = set()
        self.cut = Cut.NOTHING
        self.lost = 0

    def turn_to(self, port: int) -> None:
        """Switch to another server, including open connections."""
        self.city = (self.city[0], port)
        for each in list(self.open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Way(BaseRequestHandler):
    """One browser connection."""

    server: Net

    def handle(self) -> None:
        self.form = False
        if self.server.cut is Cut.EVERYTHING:
            return
        with closing(socket.create_connection(self.server.city)) as there:
            self.server.open.add(there)
            back = threading.Thread(target=self.answers, args=(there,), daemon=True)
            back.start()
            with suppress(OSError):
                while (data := self.request.recv(65536)) and self.server.cut is not Cut.EVERYTHING:
                    self.form = data.startswith(b"POST ") or (self.form and not data.startswith(b"GET "))
                    there.sendall(data)
            with suppress(OSError):
                there.shutdown(socket.SHUT_RDWR)
            back.join()
            self.server.open.discard(there)

    def answers(self, there: socket.socket) -> None:
        with suppress(OSError):
            while data := there.recv(65536):
                if self.server.cut is Cut.EVERYTHING or (self.server.cut is Cut.ANSWERS and self.form):
                    self.server.lost += self.form
                    break
                self.request.sendall(data)
        with suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)


@contextmanager
def net(city: str) -> Iterator[Net]:
    """Run a proxy in front of the city."""
    with Net(city) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
