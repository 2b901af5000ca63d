"""Disconnect-Request and CoA-Request (RFC 5176): packets that a NAS is sent about a session, and what it answers.

Every request carries Message-Authenticator and Event-Timestamp. An answer counts only with the right authenticator, and
with the right Message-Authenticator where it has one; others are passed over, as RFC 2865 asks.
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
#: Answers to each: it did it (ACK), it refuses (NAK).
ACK = {DISCONNECT: 41, COA: 44}
NAK = {DISCONNECT: 42, COA: 45}
_TEXT = {"User-Name": 1, "Calling-Station-Id": 31, "NAS-Identifier": 32, "Acct-Session-Id": 44}
_NUMBER = {"Session-Timeout": 27, "Idle-Timeout": 28}
#: Of the Wi-Fi Alliance's enterprise number 14122.
_WISPR = {"WISPr-Bandwidth-Max-Up": 7, "WISPr-Bandwidth-Max-Down": 8}
_VENDOR_SPECIFIC, _WISPR_VENDOR, _EVENT_TIMESTAMP, _MESSAGE_AUTHENTICATOR, _ERROR_CAUSE = 26, 14122, 55, 80, 101
#: What a CoA-Request changes, beside Session-Timeout.
LIMITS = ("Idle-Timeout", *_WISPR)
#: The whole of a packet's head, and the longest packet (RFC 2865).
HEAD, LONGEST = 20, 4096


@dataclass(frozen=True, slots=True)
class Answer:
    """What a NAS answered: whether it did it, and its Error-Cause (RFC 5176, 3.5) where it says one."""

    done: bool
    cause: int | None


def request(code: int, identifier: int, secret: bytes, said: Mapping[str, str | int], at: int) -> bytes:
    """A packet of that code with these attributes by name; those that have no place in it are left out.

    Args:
        at: seconds since 1970, so that nobody sends it again another day.
    """
    attributes = b"".join(_encoded(name, value) for name, value in said.items() if value != "")
    attributes += _attribute(_EVENT_TIMESTAMP, struct.pack(">I", at & 0xFFFFFFFF))
    mark = HEAD + len(attributes) + 2
    attributes += _attribute(_MESSAGE_AUTHENTICATOR, bytes(16))
    packet = struct.pack(">BBH", code, identifier, HEAD + len(attributes)) + bytes(16) + attributes
    packet = packet[:mark] + hmac.digest(secret, packet, hashlib.md5) + packet[mark + 16 :]
    return packet[:4] + _md5(packet + secret) + packet[HEAD:]


def answer(packet: bytes, asked: bytes, secret: bytes) -> Answer | None:
    """What a packet answers to what was asked; None when it is no answer to that, or not by who knows the secret."""
    if not HEAD <= len(packet) <= LONGEST or packet[1] != asked[1] or packet[0] not in (ACK[asked[0]], NAK[asked[0]]):
        return None
    length = int.from_bytes(packet[2:4])
    if not HEAD <= length <= len(packet):
        return None
    head, authenticator, body = packet[:4], packet[4:HEAD], packet[HEAD:length]
    if not hmac.compare_digest(authenticator, _md5(head + asked[4:HEAD] + body + secret)):
        return None
    cause, place = None, 0
    while place < len(body):
        sort, size = body[place], body[place + 1] if place + 1 < len(body) else 0
        if size < 2 or place + size > len(body):
            return None
        value = body[place + 2 : place + size]
        if sort == _MESSAGE_AUTHENTICATOR:
            plain = head + asked[4:HEAD] + body[: place + 2] + bytes(len(value)) + body[place + size :]
            if not hmac.compare_digest(value, hmac.digest(secret, plain, hashlib.md5)):
                return None
        if sort == _ERROR_CAUSE and len(value) == 4:
            cause = int.from_bytes(value)
        place += size
    return Answer(packet[0] == ACK[asked[0]], cause)


def exchange(
    address: tuple[str, int], code: int, secret: bytes, said: Mapping[str, str | int], *, sends: int, seconds: float
) -> Answer | None:
    """Send a request, the same one again when nothing comes back in time; None when nothing came at all.

    Args:
        sends: how often at most; `seconds`: for how long each waits.
    """
    asked = request(code, secrets.randbelow(256), secret, said, int(time.time()))
    with socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM) as line:
        try:
            line.connect(address)
            for _send in range(sends):
                line.send(asked)
                if found := _awaited(line, asked, secret, time.monotonic() + seconds):
                    return found
        except OSError:  # nobody listens there, or there is no way there
            return None
    return None


def _awaited(line: socket.socket, asked: bytes, secret: bytes, until: float) -> Answer | None:
    while (left := until - time.monotonic()) > 0:
        line.settimeout(left)
        try:
            packet = line.recv(LONGEST)
        except TimeoutError:
            return None
        if found := answer(packet, asked, secret):
            return found
    return None


def _encoded(name: str, value: str | int) -> bytes:
    if name in _TEXT:
        return _attribute(_TEXT[name], str(value).encode()[:253])
    if name in _NUMBER:
        return _attribute(_NUMBER[name], struct.pack(">I", int(value)))
    if name in _WISPR:
        own = struct.pack(">IBBI", _WISPR_VENDOR, _WISPR[name], 6, min(int(value), 0xFFFFFFFF))
        return _attribute(_VENDOR_SPECIFIC, own)
    return b""


def _attribute(sort: int, value: bytes) -> bytes:
    return bytes((sort, len(value) + 2)) + value


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
