"""Messages between a web process and its decoders: two lengths, a JSON object, bytes."""

import json
import socket
import struct
from typing import Any

READY = b"ready"
LENGTHS = struct.Struct(">II")


def send(connection: socket.socket, head: dict[str, Any], content: bytes) -> None:
    """Write one message."""
    encoded = json.dumps(head).encode()
    connection.sendall(LENGTHS.pack(len(encoded), len(content)) + encoded)
    connection.sendall(content)


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """Read one message.

    Raises:
        EOFError: when the other end closed before the message was complete.
    """
    head, content = LENGTHS.unpack(_exactly(connection, LENGTHS.size))
    return json.loads(_exactly(connection, head)), bytes(_exactly(connection, content))


def _exactly(connection: socket.socket, size: int) -> bytearray:
    buffer = bytearray(size)
    view, at = memoryview(buffer), 0
    while at < size:
        count = connection.recv_into(view[at:])
        if not count:
            raise EOFError
        at += count
    return buffer
