"""RADIUS packets of access points, built before they are sent (RFC 2865, 2866, 3579). Pure but for random octets."""

import hashlib
import hmac
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

ACCESS_REQUEST, ACCESS_ACCEPT, ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 1, 2, 4, 5
START, STOP, INTERIM = 1, 2, 3
#: Packets of one session: its Start, interim updates, its Stop.
LIFE = 10
INTERVAL = 300
#: What each interval of a session used.
OCTETS = 1_500_000


@dataclass(frozen=True, slots=True)
class Nas:
    """An access point that asks: its address, how it calls itself, the MAC of its radio, and its RADIUS secret."""

    address: str
    identifier: str
    mac: str
    secret: bytes


def device(number: int) -> str:
    """The MAC of a made-up device, as RFC 3580 writes it; locally administered, so that no real one has it."""
    digits = f"06{number:010X}"
    return "-".join(digits[place : place + 2] for place in range(0, 12, 2))


def access_request(nas: Nas, identifier: int, mac: str, password: str) -> bytes:
    """What an access point asks about a device; with the device's MAC as the password that is MAC authentication."""
    authenticator = os.urandom(16)
    said = (
        _attribute(1, mac.encode())
        + _attribute(2, _hidden(password.encode(), authenticator, nas.secret))
        + _attribute(4, IPv4Address(nas.address).packed)
        + _attribute(6, struct.pack("!I", 10))
        + _attribute(30, f"{nas.mac}:JakWIFI".encode())
        + _attribute(31, mac.encode())
        + _attribute(32, nas.identifier.encode())
        + _attribute(61, struct.pack("!I", 19))
    )
    unsigned = _head(ACCESS_REQUEST, identifier, len(said) + 18, authenticator) + said + _attribute(80, bytes(16))
    return unsigned[:-16] + hmac.digest(nas.secret, unsigned, "md5")


def accounting_request(nas: Nas, identifier: int, session: str, mac: str, step: int) -> bytes:
    """What an access point says of a session after `step` of its intervals: 0 is its Start, LIFE - 1 its Stop."""
    status = {0: START, LIFE - 1: STOP}.get(step, INTERIM)
    octets = step * OCTETS
    said = (
        _attribute(40, struct.pack("!I", status))
        + _attribute(44, session.encode())
        + _attribute(1, mac.encode())
        + _attribute(4, IPv4Address(nas.address).packed)
        + _attribute(32, nas.identifier.encode())
        + _attribute(30, f"{nas.mac}:JakWIFI".encode())
        + _attribute(31, mac.encode())
        + b"\x3d\x06\x00\x00\x00\x13"  # NAS-Port-Type: Wireless-802.11
        + b"\x06\x06\x00\x00\x00\x02"  # Service-Type: Framed-User
        + b"\x2d\x06\x00\x00\x00\x01"  # Acct-Authentic: RADIUS
        + b"\x29\x06\x00\x00\x00\x00"  # Acct-Delay-Time
        + b"\x08\x06\x0a" + os.urandom(3)  # Framed-IP-Address
    )  # fmt: skip
    if step:
        said += struct.pack(
            "!BBIBBIBBIBBIBBI",
            *(46, 6, step * INTERVAL, 42, 6, octets, 43, 6, 4 * octets, 47, 6, octets // 700, 48, 6, octets // 300),
        )
    if status == STOP:
        said += b"\x31\x06\x00\x00\x00\x01"  # Acct-Terminate-Cause: User-Request
    head = _head(ACCOUNTING_REQUEST, identifier, len(said), bytes(16))
    authenticator = hashlib.md5(head + said + nas.secret, usedforsecurity=False).digest()
    return head[:4] + authenticator + said


@dataclass(slots=True)
class Life:
    """What a whole network says of its sessions, packet after packet: so many go on at the same time, each is heard of
    in turn, one that has stopped makes way for the next.

    Attributes:
        told: packets so far; `run`: keeps sessions of two runs apart.
    """

    run: str
    sessions: int
    told: int = 0

    def next(self, count: int) -> Iterator[tuple[str, str, int]]:
        """Session, device and step of the next packets."""
        for number in range(self.told, self.told + count):
            turn, place = divmod(number, self.sessions)
            older, step = divmod(turn + place, LIFE)
            yield f"{self.run}-{place}-{older - place // LIFE}", device(place), step
        self.told += count


def _attribute(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value) + 2)) + value


def _head(code: int, identifier: int, length: int, authenticator: bytes) -> bytes:
    return struct.pack("!BBH", code, identifier, 20 + length) + authenticator


def _hidden(password: bytes, authenticator: bytes, secret: bytes) -> bytes:
    """A User-Password as it travels (RFC 2865, section 5.2)."""
    padded, hidden = password + bytes(-len(password) % 16), b""
    last = authenticator
    for start in range(0, len(padded), 16):
        key = hashlib.md5(secret + last, usedforsecurity=False).digest()
        last = bytes(one ^ other for one, other in zip(padded[start : start + 16], key, strict=True))
        hidden += last
    return hidden
