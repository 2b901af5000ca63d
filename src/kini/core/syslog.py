"""Syslog client (RFC 5424): UDP, TCP with octet counting (RFC 6587, 3.4.1), or a unix socket.

Unlike the standard library's handler it raises errors, so that its caller can retry.
"""

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

#: Facility "log audit" (13), severity "informational" (6).
PRIORITY = 13 * 8 + 6
SECONDS = 5


@dataclass(frozen=True, slots=True)
class SyslogAddress:
    """Address of a syslog server.

    Attributes:
        transport: "udp", "tcp" or "unix".
        place: host and port, or the path of a unix socket.
    """

    transport: str
    place: tuple[str, int] | str


def parse_address(text: str) -> SyslogAddress:
    """Parse "udp://host:514", "tcp://host:601" or "unix:///dev/log".

    Raises:
        ValueError: when it is none of these; the message continues "KINI_SYSLOG ...".
    """
    parts = urlsplit(text)
    if parts.scheme == "unix" and parts.path:
        return SyslogAddress("unix", parts.path)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in ("udp", "tcp") or not parts.hostname or not port:
        raise ValueError('must read like "udp://host:514", "tcp://host:601" or "unix:///dev/log"')
    return SyslogAddress(parts.scheme, (parts.hostname, port))


def format_message(kind: str, text: str, at: datetime) -> bytes:
    """Format a message.

    Args:
        kind: MSGID, without spaces.
        text: ASCII on one line.
    """
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    host = socket.gethostname() or "-"
    return f"<{PRIORITY}>1 {moment} {host} kini {os.getpid()} {kind} - {text}".encode("ascii", "backslashreplace")


def send(address: SyslogAddress, lines: Iterable[bytes]) -> None:
    """Send lines in order.

    Raises:
        OSError: when the server cannot be reached; UDP does not notice that.
    """
    if address.transport == "tcp":
        assert isinstance(address.place, tuple)
        with socket.create_connection(address.place, timeout=SECONDS) as stream:
            stream.sendall(b"".join(b"%d %b" % (len(each), each) for each in lines))
        return
    with _datagrams(address) as to:
        for each in lines:
            to.send(each)


def _datagrams(address: SyslogAddress) -> socket.socket:
    if isinstance(address.place, str):
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sock.settimeout(SECONDS)
        sock.connect(address.place)
        return sock
    host, port = address.place
    family, kind, number, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    sock = socket.socket(family, kind, number)
    sock.connect(place)
    return sock
