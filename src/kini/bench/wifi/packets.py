"""RADIUS packets of access points (RFC 2865, 2866, 3579). Pure but for random octets."""

import hashlib
import hmac
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from kini.wifi.public import (
    ACCOUNTING_RESPONSE,
    INTERIM,
    SSID,
    START,
    STOP,
    AccountingUpdate,
    Nas,
    encode_attribute,
    encode_header,
    packets,
    sample_mac,
)

__all__ = [
    "ACCESS_ACCEPT",
    "ACCOUNTING_RESPONSE",
    "Nas",
    "SessionTraffic",
    "access_request",
    "accounting_request",
    "sample_mac",
]

ACCESS_REQUEST, ACCESS_ACCEPT = 1, 2
#: Packets per session: Start, interim updates, Stop.
LIFE = 10
INTERVAL = 300
#: Octets per interval of a session.
OCTETS = 1_500_000
#: Class attribute that FreeRADIUS returns for the portal's group; accounting packets repeat it.
CLASS = b"kini 900 2000000 5000000"


def access_request(nas: Nas, identifier: int, mac: str, password: str) -> bytes:
    """Access-Request for a device; with the MAC as password it is MAC authentication."""
    authenticator = os.urandom(16)
    attributes = (
        encode_attribute(1, mac.encode())
        + encode_attribute(2, _hidden(password.encode(), authenticator, nas.secret))
        + encode_attribute(4, IPv4Address(nas.address).packed)
        + encode_attribute(6, struct.pack("!I", 10))
        + encode_attribute(30, f"{nas.mac}:{SSID}".encode())
        + encode_attribute(31, mac.encode())
        + encode_attribute(32, nas.identifier.encode())
        + encode_attribute(61, struct.pack("!I", 19))
    )
    unsigned = (
        encode_header(ACCESS_REQUEST, identifier, len(attributes) + 18, authenticator)
        + attributes
        + encode_attribute(80, bytes(16))
    )
    return unsigned[:-16] + hmac.digest(nas.secret, unsigned, "md5")


def accounting_request(nas: Nas, identifier: int, session: str, mac: str, step: int) -> bytes:
    """Accounting-Request of a session after `step` intervals: 0 is the Start, LIFE - 1 the Stop."""
    status, octets = {0: START, LIFE - 1: STOP}.get(step, INTERIM), step * OCTETS
    return packets.accounting_request(
        nas, identifier, AccountingUpdate(status, session, mac, step * INTERVAL, octets, 4 * octets, let_in=CLASS)
    )


@dataclass(slots=True)
class SessionTraffic:
    """Sequence of accounting packets of a network: concurrent sessions report in turn, a stopped one is replaced.

    Attributes:
        run: prefix that keeps sessions of two runs apart.
        sessions: number of concurrent sessions.
        sent: packets so far.
    """

    run: str
    sessions: int
    sent: int = 0

    def next(self, count: int) -> Iterator[tuple[str, str, int]]:
        """Yield session, device and step of the next packets."""
        for number in range(self.sent, self.sent + count):
            turn, place = divmod(number, self.sessions)
            older, step = divmod(turn + place, LIFE)
            yield f"{self.run}-{place}-{older - place // LIFE}", sample_mac(place), step
        self.sent += count


def _hidden(password: bytes, authenticator: bytes, secret: bytes) -> bytes:
    """Hidden User-Password (RFC 2865, section 5.2)."""
    padded, hidden = password + bytes(-len(password) % 16), b""
    last = authenticator
    for start in range(0, len(padded), 16):
        key = hashlib.md5(secret + last, usedforsecurity=False).digest()
        last = bytes(one ^ other for one, other in zip(padded[start : start + 16], key, strict=True))
        hidden += last
    return hidden
