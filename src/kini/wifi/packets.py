"""RADIUS packets as access points send them, and whether one answers another (RFC 2865, 2866, 2869). Pure."""

import hashlib
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 4, 5
START, STOP, INTERIM = 1, 2, 3
#: Octets of a packet's head.
HEAD = 20
#: What networks are called in packets of this program.
SSID = "Wi-Fi"


@dataclass(frozen=True, slots=True)
class Nas:
    """An access point that asks: its address, how it calls itself, the MAC of its radio, and its RADIUS secret."""

    address: str
    identifier: str
    mac: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class Accounted:
    """What an access point says of a session.

    Attributes:
        status: START, INTERIM or STOP; `mac`: the device's.
        seconds, octets_in, octets_out: since its start, from and to the device.
        delay: for how many seconds the access point has kept it.
        let_in: Class of the answer that let the device in.
    """

    status: int
    session: str
    mac: str
    seconds: int = 0
    octets_in: int = 0
    octets_out: int = 0
    delay: int = 0
    let_in: bytes = b""


def device(number: int) -> str:
    """The MAC of a made-up device, as RFC 3580 writes it; locally administered, so that no real one has it."""
    digits = f"06{number:010X}"
    return "-".join(digits[place : place + 2] for place in range(0, 12, 2))


def accounting_request(nas: Nas, identifier: int, said: Accounted) -> bytes:
    """A packet that tells of a session."""
    attributes = (
        number(40, said.status)
        + attribute(44, said.session.encode())
        + attribute(1, said.mac.encode())
        + attribute(4, IPv4Address(nas.address).packed)
        + (attribute(32, nas.identifier.encode()) if nas.identifier else b"")
        + attribute(30, f"{nas.mac}:{SSID}".encode())
        + attribute(31, said.mac.encode())
        + b"\x3d\x06\x00\x00\x00\x13"  # NAS-Port-Type: Wireless-802.11
        + b"\x06\x06\x00\x00\x00\x02"  # Service-Type: Framed-User
        + b"\x2d\x06\x00\x00\x00\x01"  # Acct-Authentic: RADIUS
        + number(41, said.delay)
        + b"\x08\x06\x0a" + bytes.fromhex(said.mac[-8:].replace("-", ""))  # Framed-IP-Address
        + (attribute(25, said.let_in) if said.let_in else b"")
    )  # fmt: skip
    if said.status != START:
        attributes += number(46, said.seconds)
        # 32 bits each, and how often they have wrapped.
        for octets, low, high, packets, size in (
            (said.octets_in, 42, 52, 47, 700),
            (said.octets_out, 43, 53, 48, 1200),
        ):
            attributes += number(low, octets & 0xFFFFFFFF) + number(packets, octets // size & 0xFFFFFFFF)
            attributes += number(high, octets >> 32) if octets >> 32 else b""
    if said.status == STOP:
        attributes += b"\x31\x06\x00\x00\x00\x01"  # Acct-Terminate-Cause: User-Request
    packet = head(ACCOUNTING_REQUEST, identifier, len(attributes), bytes(16)) + attributes
    return packet[:4] + _md5(packet + nas.secret) + attributes


def answers(packet: bytes, asked: bytes, secret: bytes) -> bool:
    """Whether a packet is the Accounting-Response to one, by somebody who knows the secret."""
    length = int.from_bytes(packet[2:4])
    return (
        HEAD <= length <= len(packet)
        and packet[0] == ACCOUNTING_RESPONSE
        and packet[1] == asked[1]
        and packet[4:HEAD] == _md5(packet[:4] + asked[4:HEAD] + packet[HEAD:length] + secret)
    )


def attribute(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value) + 2)) + value


def number(kind: int, value: int) -> bytes:
    return struct.pack("!BBI", kind, 6, value)


def head(code: int, identifier: int, length: int, authenticator: bytes) -> bytes:
    """The head of a packet whose attributes are so long."""
    return struct.pack("!BBH", code, identifier, HEAD + length) + authenticator


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
