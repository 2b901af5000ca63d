"""RADIUS packets as access points send them, and verification of responses (RFC 2865, 2866, 2869). Pure."""

import hashlib
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

ACCOUNTING_REQUEST, ACCOUNTING_RESPONSE = 4, 5
START, STOP, INTERIM = 1, 2, 3
#: Octets of a packet's header.
HEAD = 20
#: SSID in generated packets.
SSID = "Wi-Fi"


@dataclass(frozen=True, slots=True)
class Nas:
    """An access point as a RADIUS client: address, NAS-Identifier, MAC of its radio, and secret."""

    address: str
    identifier: str
    mac: str
    secret: bytes


@dataclass(frozen=True, slots=True)
class AccountingUpdate:
    """Contents of an Accounting-Request.

    Attributes:
        status: START, INTERIM or STOP; `mac`: the device's.
        seconds, octets_in, octets_out: since the start, from and to the device.
        delay: Acct-Delay-Time, in seconds.
        let_in: Class of the Access-Accept.
    """

    status: int
    session: str
    mac: str
    seconds: int = 0
    octets_in: int = 0
    octets_out: int = 0
    delay: int = 0
    let_in: bytes = b""


def sample_mac(number: int) -> str:
    """Return the MAC of a sample device, locally administered, so that no real device has it."""
    digits = f"06{number:010X}"
    return "-".join(digits[place : place + 2] for place in range(0, 12, 2))


def accounting_request(nas: Nas, identifier: int, update: AccountingUpdate) -> bytes:
    """Encode an Accounting-Request."""
    attributes = (
        encode_integer(40, update.status)
        + encode_attribute(44, update.session.encode())
        + encode_attribute(1, update.mac.encode())
        + encode_attribute(4, IPv4Address(nas.address).packed)
        + (encode_attribute(32, nas.identifier.encode()) if nas.identifier else b"")
        + encode_attribute(30, f"{nas.mac}:{SSID}".encode())
        + encode_attribute(31, update.mac.encode())
        + b"\x3d\x06\x00\x00\x00\x13"  # NAS-Port-Type: Wireless-802.11
        + b"\x06\x06\x00\x00\x00\x02"  # Service-Type: Framed-User
        + b"\x2d\x06\x00\x00\x00\x01"  # Acct-Authentic: RADIUS
        + encode_integer(41, update.delay)
        + b"\x08\x06\x0a" + bytes.fromhex(update.mac[-8:].replace("-", ""))  # Framed-IP-Address
        + (encode_attribute(25, update.let_in) if update.let_in else b"")
    )  # fmt: skip
    if update.status != START:
        attributes += encode_integer(46, update.seconds)
        # 32-bit counters, with their number of wraps.
        for octets, low, high, packets, size in (
            (update.octets_in, 42, 52, 47, 700),
            (update.octets_out, 43, 53, 48, 1200),
        ):
            attributes += encode_integer(low, octets & 0xFFFFFFFF) + encode_integer(
                packets, octets // size & 0xFFFFFFFF
            )
            attributes += encode_integer(high, octets >> 32) if octets >> 32 else b""
    if update.status == STOP:
        attributes += b"\x31\x06\x00\x00\x00\x01"  # Acct-Terminate-Cause: User-Request
    packet = encode_header(ACCOUNTING_REQUEST, identifier, len(attributes), bytes(16)) + attributes
    return packet[:4] + _md5(packet + nas.secret) + attributes


def is_response_to(packet: bytes, request: bytes, secret: bytes) -> bool:
    """Return True if a packet is an authentic Accounting-Response to a request."""
    length = int.from_bytes(packet[2:4])
    return (
        HEAD <= length <= len(packet)
        and packet[0] == ACCOUNTING_RESPONSE
        and packet[1] == request[1]
        and packet[4:HEAD] == _md5(packet[:4] + request[4:HEAD] + packet[HEAD:length] + secret)
    )


def encode_attribute(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value) + 2)) + value


def encode_integer(kind: int, value: int) -> bytes:
    return struct.pack("!BBI", kind, 6, value)


def encode_header(code: int, identifier: int, length: int, authenticator: bytes) -> bytes:
    """Encode the header of a packet with attributes of that length."""
    return struct.pack("!BBH", code, identifier, HEAD + length) + authenticator


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
