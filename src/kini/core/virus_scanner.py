"""Virus scanner client for ClamAV's clamd (clamd(8), INSTREAM).

Without KINI_CLAMD nothing is scanned. With it uploads are refused while the scanner is unreachable, slow or at its
limit.
"""

import socket
import struct
import time
from urllib.parse import urlsplit

import structlog

CHUNK = 262_144
#: Seconds for one file, including the connection.
SECONDS = 8.0
LONGEST_ANSWER = 4096
log = structlog.get_logger("kini.malware")

type Address = tuple[str, int] | str
"""Host and port, or the path of a unix socket."""


class InfectedFile(Exception):
    """The scanner found malware."""


class ScannerUnavailable(Exception):
    """The scanner gave no verdict; the message says why."""


def parse_address(text: str) -> Address:
    """Parse "unix:///run/clamav/clamd.ctl" or "tcp://10.0.0.5:3310".

    Raises:
        ValueError: when it is neither; the message continues "KINI_CLAMD ...".
    """
    parts = urlsplit(text)
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return parts.path
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme != "tcp" or not parts.hostname or not port:
        raise ValueError('must read like "unix:///run/clamav/clamd.ctl" or "tcp://10.0.0.5:3310"')
    return parts.hostname, port


def scan(content: bytes, address: Address) -> None:
    """Scan a file.

    Raises:
        InfectedFile: when the scanner finds malware.
        ScannerUnavailable: when there is no verdict.
    """
    end = time.monotonic() + SECONDS
    try:
        with _connected(address, end) as connection:
            _send(connection, content, end)
            answer = _receive(connection, end)
    except OSError as error:
        log.error("the virus scanner does not answer", reason=str(error) or type(error).__name__)
        raise ScannerUnavailable(str(error)) from None
    if answer.endswith(" FOUND"):
        log.warning("the virus scanner refused an upload", answer=answer)
        raise InfectedFile(answer)
    if answer != "stream: OK":
        log.error("the virus scanner gives no verdict", answer=answer)
        raise ScannerUnavailable(answer)


def _connected(address: Address, end: float) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=_left(end))
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_left(end))
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


def _send(connection: socket.socket, content: bytes, end: float) -> None:
    """Send the command (NUL-terminated), length-prefixed chunks, and an empty chunk."""
    connection.sendall(b"zINSTREAM\0")
    for at in range(0, len(content), CHUNK):
        connection.settimeout(_left(end))
        chunk = content[at : at + CHUNK]
        try:
            connection.sendall(struct.pack(">I", len(chunk)) + chunk)
        except (BrokenPipeError, ConnectionResetError):
            return  # the scanner stopped reading; its answer says why
    connection.sendall(struct.pack(">I", 0))


def _receive(connection: socket.socket, end: float) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        connection.settimeout(_left(end))
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _left(end: float) -> float:
    """Seconds left.

    Raises:
        TimeoutError: when there are none.
    """
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError("it took too long")
    return left
