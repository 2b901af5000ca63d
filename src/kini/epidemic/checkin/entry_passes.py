"""Entry passes: short-lived signed statements "may enter now", without a name, a reason or a place.

A pass is `BODY.SIGNATURE` in base64url. The body has 18 bytes: version (1), flags (1; bit 0: may enter, bit 1: the
identity of the account is proved), end in seconds since 1970 (4), kinds of venue that refuse all the same (2; a bit for
each kind, in the order of their ids), the first bytes of the SHA-256 of these ids (2), random bytes (8). So a gate
answers by the rule of its kind, and the pass names no colour. The signature is ECDSA with P-256
and SHA-256 (r and s, 64 bytes), which gates check with WebCrypto and no network. Nothing is stored when one is issued.
"""

import hashlib
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec

from kini.core import current_time, es256
from kini.core.crypto import candidate_macs

LIFETIME = timedelta(minutes=5)
_BODY = struct.Struct(">BBIH2s8s")
_VERSION, _MAY, _PROVED = 2, 1, 2
_CONTEXT = b"kini entry pass 2"
#: Kinds of venue that a pass has room for.
MOST_KINDS = 16
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class InvalidPass(ValueError):
    """A pass that this city did not sign, or that was changed."""


@dataclass(frozen=True, slots=True)
class EntryPass:
    """A pass as read: it holds until `expires_at`, and at venues of `refused_kinds` nobody enters with it."""

    may_enter: bool
    proved: bool
    expires_at: datetime
    refused_kinds: frozenset[str] = frozenset()

    def may_enter_at(self, kind: str) -> bool:
        """Tell if it admits to a venue of a kind."""
        return self.may_enter and kind not in self.refused_kinds

    @property
    def is_expired(self) -> bool:
        return current_time.now() >= self.expires_at


def issue_pass(*, may_enter: bool, proved: bool, refused_kinds: Collection[str] = (), kinds: Sequence[str] = ()) -> str:
    """Sign a pass that ends after LIFETIME.

    Args:
        kinds: all kinds of venue, of which a pass has room for MOST_KINDS.
    """
    ordered = sorted(kinds)[:MOST_KINDS]
    refused = sum(1 << number for number, kind in enumerate(ordered) if kind in refused_kinds)
    flags = (_MAY if may_enter else 0) | (_PROVED if proved else 0)
    ends = int((current_time.now() + LIFETIME).timestamp())
    body = _BODY.pack(_VERSION, flags, ends, refused, _check_of(ordered), secrets.token_bytes(8))
    return f"{_base64(body)}.{_base64(es256.sign(_keys()[0], _CONTEXT + body))}"


def _check_of(ordered: Sequence[str]) -> bytes:
    return hashlib.sha256(",".join(ordered).encode()).digest()[:2]


def read_pass(text: str, kinds: Sequence[str] = ()) -> EntryPass:
    """Check the signature of a pass and read it. Kinds of venue are those that it was issued with, else none is read.

    Raises:
        InvalidPass: it was not signed with a key of this city.
    """
    try:
        body, signature = (urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text.strip().split("."))
        version, flags, ends, refused, check, _random = _BODY.unpack(body)
    except (ValueError, struct.error):
        raise InvalidPass from None
    signed = (es256.is_signed(key.public_key(), _CONTEXT + body, signature) for key in _keys())
    if version != _VERSION or not any(signed):
        raise InvalidPass
    ordered = sorted(kinds)[:MOST_KINDS]
    known = ordered if check == _check_of(ordered) else []
    names = frozenset(kind for number, kind in enumerate(known) if refused >> number & 1)
    return EntryPass(bool(flags & _MAY), bool(flags & _PROVED), datetime.fromtimestamp(ends, UTC), names)


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
