"""Entry passes: short-lived signed statements "may enter now", without a name, a reason or a place.

A pass is `BODY.SIGNATURE` in base64url. The body has 14 bytes: version (1), flags (1; bit 0: may enter, bit 1: the
identity of the account is proved), end in seconds since 1970 (4), random bytes (8). The signature is ECDSA with P-256
and SHA-256 (r and s, 64 bytes), which gates check with WebCrypto and no network. Nothing is stored when one is issued.
"""

import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec

from kini.core import current_time, es256
from kini.core.crypto import candidate_macs

LIFETIME = timedelta(minutes=5)
_BODY = struct.Struct(">BBI8s")
_VERSION, _MAY, _PROVED = 1, 1, 2
_CONTEXT = b"kini entry pass 1"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class InvalidPass(ValueError):
    """A pass that this city did not sign, or that was changed."""


@dataclass(frozen=True, slots=True)
class EntryPass:
    """A pass as read: `may_enter` holds until `expires_at`."""

    may_enter: bool
    proved: bool
    expires_at: datetime

    @property
    def is_expired(self) -> bool:
        return current_time.now() >= self.expires_at


def issue_pass(*, may_enter: bool, proved: bool) -> str:
    """Sign a pass that ends after LIFETIME."""
    flags = (_MAY if may_enter else 0) | (_PROVED if proved else 0)
    ends = int((current_time.now() + LIFETIME).timestamp())
    body = _BODY.pack(_VERSION, flags, ends, secrets.token_bytes(8))
    return f"{_base64(body)}.{_base64(es256.sign(_keys()[0], _CONTEXT + body))}"


def read_pass(text: str) -> EntryPass:
    """Check the signature of a pass and read it.

    Raises:
        InvalidPass: it was not signed with a key of this city.
    """
    try:
        body, signature = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text.strip().split("."))
        version, flags, ends, _random = _BODY.unpack(body)
    except (ValueError, struct.error):
        raise InvalidPass from None
    signed = (es256.is_signed(key.public_key(), _CONTEXT + body, signature) for key in _keys())
    if version != _VERSION or not any(signed):
        raise InvalidPass
    return EntryPass(bool(flags & _MAY), bool(flags & _PROVED), datetime.fromtimestamp(ends, UTC))


def public_keys() -> list[dict[str, str]]:
    """Return the public keys as JSON Web Keys (RFC 7517), the one in use first."""
    numbers = [key.public_key().public_numbers() for key in _keys()]
    return [
        {"kty": "EC", "crv": "P-256", "x": _base64(each.x.to_bytes(32)), "y": _base64(each.y.to_bytes(32))}
        for each in numbers
    ]


def _keys() -> tuple[ec.EllipticCurvePrivateKey, ...]:
    """Return a signing key for each key of the ring KINI_HASH_KEY, the first one first."""
    return _derived(tuple(candidate_macs(b"entry pass", "sign epidemic.entry-pass")))


@lru_cache(maxsize=4)
def _derived(secrets_of_ring: tuple[bytes, ...]) -> tuple[ec.EllipticCurvePrivateKey, ...]:
    numbers = (int.from_bytes(secret) % (_ORDER - 1) + 1 for secret in secrets_of_ring)
    return tuple(ec.derive_private_key(number, ec.SECP256R1()) for number in numbers)


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
