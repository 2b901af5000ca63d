"""A NAS that takes Disconnect-Requests and CoA-Requests on loopback (RFC 5176), made up for tests.

It reckons its authenticators by itself, from the standard's words, not with the program's own module.
"""

import hashlib
import hmac
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

ATTRIBUTES = {1: "User-Name", 27: "Session-Timeout", 28: "Idle-Timeout", 31: "Calling-Station-Id", 85: "Interim"}
ATTRIBUTES |= {26: "Vendor-Specific", 32: "NAS-Identifier", 44: "Acct-Session-Id", 55: "Event-Timestamp", 80: "MA"}


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def attributes(packet: bytes) -> list[tuple[str, bytes]]:
    extensions, place = [], 20
    while place < len(packet):
        size = packet[place + 1]
        assert size >= 2
        extensions.append((ATTRIBUTES[packet[place]], packet[place + 2 : place + size]))
        place += size
    assert place == len(packet) == int.from_bytes(packet[2:4])
    return extensions


def check(packet: bytes, secret: bytes) -> None:
    """RFC 5176, 2.3: Request Authenticator over the packet with zeroes; Message-Authenticator with both as zeroes."""
    assert packet[4:20] == md5(packet[:4] + bytes(16) + packet[20:] + secret)
    (mark,) = (value for name, value in attributes(packet) if name == "MA")
    plain = packet[:4] + bytes(16) + packet[20:].replace(mark, bytes(16))
    assert hmac.compare_digest(mark, hmac.digest(secret, plain, hashlib.md5))


def reply(packet: bytes, secret: bytes, code: int, cause: int | None = None, *, sign: bool = True) -> bytes:
    """An answer with its Response Authenticator and, when it is meant, Message-Authenticator."""
    body = b"" if cause is None else bytes((101, 6)) + cause.to_bytes(4)
    size = 20 + len(body) + (18 if sign else 0)
    head = bytes((code, packet[1])) + size.to_bytes(2)
    if sign:
        plain = head + packet[4:20] + body + bytes((80, 18)) + bytes(16)
        body += bytes((80, 18)) + hmac.digest(secret, plain, hashlib.md5)
    return head + md5(head + packet[4:20] + body + secret) + body


@dataclass
class Authority:
    """Received packets, and the responses to send: `answers` builds them (none: silence)."""

    port: int
    answers: Callable[[bytes], list[bytes]] = lambda packet: []
    came: list[bytes] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Authority]:
    """A NAS on a free port, until the end of the block."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        nas = Authority(line.getsockname()[1])

        def serve() -> None:
            while True:
                packet, source = line.recvfrom(4096)
                if not packet:
                    return
                nas.came.append(packet)
                for back in nas.answers(packet):
                    line.sendto(back, source)

        thread = Thread(target=serve)
        thread.start()
        try:
            yield nas
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
                end.sendto(b"", ("127.0.0.1", nas.port))
            thread.join()
