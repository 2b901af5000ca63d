"""Disconnect-Request and CoA-Request (RFC 5176): encode requests about a session, send them, and verify answers.

Requests carry Message-Authenticator and Event-Timestamp. Responses with a wrong authenticator, or a wrong
Message-Authenticator, are silently discarded as RFC 2865 demands.

pyrad 2.6 was tried instead: it is as correct for authentic packets, five times slower, no shorter to use, has no types,
accepts responses with truncated attributes, and installs stray packages (`docs`, `example`).
"""

import hashlib
import hmac
import secrets
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass

DISCONNECT, COA = 40, 43
#: Response codes by request code.
ACK = {DISCONNECT: 41, COA: 44}
NAK = {DISCONNECT: 42, COA: 45}
_TEXT = {"User-Name": 1, "Calling-Station-Id": 31, "NAS-Identifier": 32, "Acct-Session-Id": 44}
_NUMBER = {"Session-Timeout": 27, "Idle-Timeout": 28}
#: Vendor-specific attributes of WISPr (enterprise number 14122).
_WISPR = {"WISPr-Bandwidth-Max-Up": 7, "WISPr-Bandwidth-Max-Down": 8}
_VENDOR_SPECIFIC, _WISPR_VENDOR, _EVENT_TIMESTAMP, _MESSAGE_AUTHENTICATOR, _ERROR_CAUSE = 26, 14122, 55, 80, 101
#: Attributes that a CoA-Request changes, beside Session-Timeout.
LIMITS = ("Idle-Timeout", *_WISPR)
#: Octets of a packet's header, and of the longest packet (RFC 2865).
HEAD, LONGEST = 20, 4096


@dataclass(frozen=True, slots=True)
class CoaResponse:
    """Response of a NAS: ACK or NAK, and its Error-Cause if given (RFC 5176, 3.5)."""

    done: bool
    cause: int | None


def build_request(code: int, identifier: int, secret: bytes, values: Mapping[str, str | int], at: int) -> bytes:
    """Encode a request with these attributes by name; unsupported ones are left out.

    Args:
        at: Unix time, against replays.
    """
    attributes = b"".join(_encoded(name, value) for name, value in values.items() if value != "")
    attributes += _attribute(_EVENT_TIMESTAMP, struct.pack(">I", at & 0xFFFFFFFF))
    at_authenticator = HEAD + len(attributes) + 2
    attributes += _attribute(_MESSAGE_AUTHENTICATOR, bytes(16))
    packet = struct.pack(">BBH", code, identifier, HEAD + len(attributes)) + bytes(16) + attributes
    packet = packet[:at_authenticator] + hmac.digest(secret, packet, hashlib.md5) + packet[at_authenticator + 16 :]
    return packet[:4] + _md5(packet + secret) + packet[HEAD:]


def parse_response(packet: bytes, request: bytes, secret: bytes) -> CoaResponse | None:
    """Parse the response to a request; None if it answers another request, or is not authentic."""
    if (
        not HEAD <= len(packet) <= LONGEST
        or packet[1] != request[1]
        or packet[0] not in (ACK[request[0]], NAK[request[0]])
    ):
        return None
    length = int.from_bytes(packet[2:4])
    if not HEAD <= length <= len(packet):
        return None
    head, authenticator, body = packet[:4], packet[4:HEAD], packet[HEAD:length]
    if not hmac.compare_digest(authenticator, _md5(head + request[4:HEAD] + body + secret)):
        return None
    cause, place = None, 0
    while place < len(body):
        kind, size = body[place], body[place + 1] if place + 1 < len(body) else 0
        if size < 2 or place + size > len(body):
            return None
        value = body[place + 2 : place + size]
        if kind == _MESSAGE_AUTHENTICATOR:
            plain = head + request[4:HEAD] + body[: place + 2] + bytes(len(value)) + body[place + size :]
            if not hmac.compare_digest(value, hmac.digest(secret, plain, hashlib.md5)):
                return None
        if kind == _ERROR_CAUSE and len(value) == 4:
            cause = int.from_bytes(value)
        place += size
    return CoaResponse(packet[0] == ACK[request[0]], cause)


def send_request(
    address: tuple[str, int], code: int, secret: bytes, values: Mapping[str, str | int], *, sends: int, seconds: float
) -> CoaResponse | None:
    """Send a request, repeat it when nothing comes back in time, and return the response or None.

    Args:
        sends: maximum number of transmissions; `seconds`: wait after each.
    """
    request = build_request(code, secrets.randbelow(256), secret, values, int(time.time()))
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.connect(address)
            for _send in range(sends):
                udp.send(request)
                if response := _awaited(udp, request, secret, time.monotonic() + seconds):
                    return response
        except OSError:  # port closed, or host unreachable
            return None
    return None


def _awaited(udp: socket.socket, request: bytes, secret: bytes, until: float) -> CoaResponse | None:
    while (left := until - time.monotonic()) > 0:
        udp.settimeout(left)
        try:
            packet = udp.recv(LONGEST)
        except TimeoutError:
            return None
        if response := parse_response(packet, request, secret):
            return response
    return None


def _encoded(name: str, value: str | int) -> bytes:
    if name in _TEXT:
        return _attribute(_TEXT[name], str(value).encode()[:253])
    if name in _NUMBER:
        return _attribute(_NUMBER[name], struct.pack(">I", int(value)))
    if name in _WISPR:
        vendor_value = struct.pack(">IBBI", _WISPR_VENDOR, _WISPR[name], 6, min(int(value), 0xFFFFFFFF))
        return _attribute(_VENDOR_SPECIFIC, vendor_value)
    return b""


def _attribute(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value) + 2)) + value


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
