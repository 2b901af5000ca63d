"""Paper slips: a visit sealed under the code on the slip. Without the code nobody reads it, the city included."""

import struct
from collections.abc import Mapping
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kini.core.crypto import candidate_hashes, keyed_hash
from kini.epidemic.checkin.warning_records import MOST_HOURS, RECORD_BYTES, Stay

_TIMES = struct.Struct(">II")
#: Length of the keys of the longest stay: every sealed visit has the same length.
_KEYS = MOST_HOURS * RECORD_BYTES
_PURPOSE, _CONTEXT = "epidemic.slip", b"kini slip 1"
#: A key is used once, so its nonce may be constant.
_NONCE = bytes(12)


class UnreadableSlip(ValueError):
    """The sealed visit does not belong to this code, or was changed."""


def slip_id(code: str) -> bytes:
    """Return the id under which a slip is stored."""
    return keyed_hash(code, _PURPOSE)


def candidate_slip_ids(code: str) -> list[bytes]:
    """Return the ids under each key of the ring."""
    return candidate_hashes(code, _PURPOSE)


def seal_visit(code: str, stay: Stay, keys: Mapping[int, bytes]) -> bytes:
    """Seal a visit under a slip's code, which seals one visit only."""
    content = _TIMES.pack(stay.start, stay.end) + b"".join(keys[hour] for hour in stay.hours).ljust(_KEYS, b"\0")
    return AESGCM(_key(code)).encrypt(_NONCE, content, _CONTEXT)


def open_visit(code: str, sealed: bytes | memoryview) -> tuple[Stay, dict[int, bytes]]:
    """Open the visit of a slip.

    Raises:
        UnreadableSlip: the code is another one.
    """
    try:
        content = AESGCM(_key(code)).decrypt(_NONCE, bytes(sealed), _CONTEXT)
    except InvalidTag:
        raise UnreadableSlip from None
    stay = Stay(*_TIMES.unpack(content[: _TIMES.size]))
    keys = content[_TIMES.size :]
    return stay, {
        hour: keys[at : at + RECORD_BYTES] for hour, at in zip(stay.hours, range(0, _KEYS, RECORD_BYTES), strict=False)
    }


def _key(code: str) -> bytes:
    return sha256(_CONTEXT + code.encode()).digest()
