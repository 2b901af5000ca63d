"""Data at rest that only the program may read, and values that are found again without being readable.

Sealing is AES-256-GCM. A sealed value is bound to its context ("resident:12:national_id"), so that it cannot be
moved to another row, and carries the id of its key, so that keys can be replaced while old values stay readable.
Layout: version (1 byte), length of the key's id (1 byte), the id, nonce (12 bytes), ciphertext with its tag.

Deterministic sealing (AES-SIV, RFC 5297, version 2, without a nonce) gives equal values of one context equal bytes, so
that a column can be unique and looked up. It shows which values are equal, and nothing else.

Keyed hashes are computed with the first key of KINI_HASH_KEY; `mac_forms` and `hash_forms` give them under every key,
for what an older one made. The last key stays in the ring for good: `permanent_mac` and what is built on it use it.
"""

import hashlib
import hmac
import json
import os
from functools import cache
from secrets import compare_digest
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from django.conf import settings

from kini.core.keys import read_hash_ring, read_ring

VERSION, DETERMINISTIC = 1, 2
NONCE_BYTES = 12
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class SealBroken(Exception):
    """A sealed value was changed, belongs to another context, or its key is no longer in the ring."""


def seal(plain: bytes, context: str) -> bytes:
    """Encrypt with the first key of the ring; only `unseal` with the same context reads it."""
    name, cipher = next(iter(_ring(settings.ENV.data_keys).items()))
    head = bytes((VERSION, len(name))) + name.encode()
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + cipher.encrypt(nonce, plain, head + context.encode())


def unseal(sealed: bytes | memoryview, context: str) -> bytes:
    """Decrypt what `seal` made.

    Raises:
        SealBroken: when it was changed, has another context, or its key is unknown.
    """
    data = bytes(sealed)
    head, name = _head(data)
    cipher = _ring(settings.ENV.data_keys).get(name)
    if cipher is None:
        raise SealBroken(f'The key "{name}" is not in KINI_DATA_KEYS.')
    if data[0] == DETERMINISTIC:
        return _unseal_deterministic(name, head, data[len(head) :], context)
    nonce, body = data[len(head) : len(head) + NONCE_BYTES], data[len(head) + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, head + context.encode())
    except (InvalidTag, ValueError):
        raise SealBroken("A sealed value was changed or belongs to another record.") from None


def seal_deterministic(plain: bytes, context: str) -> bytes:
    """Encrypt with the first key of the ring, always to the same bytes; `unseal` with the same context reads it."""
    return deterministic_forms(plain, context)[0]


def deterministic_forms(plain: bytes, context: str) -> list[bytes]:
    """A value under each key of the ring, the first key first: where it is looked up, any of them may be stored."""
    forms = []
    for name, cipher in _deterministic_ring(settings.ENV.data_keys).items():
        head = bytes((DETERMINISTIC, len(name))) + name.encode()
        forms.append(head + cipher.encrypt(plain, [head + context.encode()]))
    return forms


def _unseal_deterministic(name: str, head: bytes, body: bytes, context: str) -> bytes:
    try:
        return _deterministic_ring(settings.ENV.data_keys)[name].decrypt(body, [head + context.encode()])
    except (InvalidTag, ValueError):
        raise SealBroken("A sealed value was changed or belongs to another record.") from None


def needs_rotation(sealed: bytes | memoryview) -> bool:
    """Whether it was sealed with another key than the one that seals now."""
    return _head(bytes(sealed))[1] != next(iter(_ring(settings.ENV.data_keys)))


def seal_json(value: Any, context: str) -> bytes:
    """Seal a JSON value."""
    return seal(_JSON.encode(value).encode(), context)


def unseal_json(sealed: bytes | memoryview, context: str) -> Any:
    """The JSON value that `seal_json` sealed; raises SealBroken as `unseal` does."""
    return json.loads(unseal(sealed, context))


def keyed_hash(value: str, purpose: str) -> bytes:
    """32 bytes by which an encrypted value is found again; values of different purposes cannot be compared.

    The caller brings the value into one form first (digits only, E.164).
    """
    return mac(value.encode(), f"find {purpose}")


def hash_forms(value: str, purpose: str) -> list[bytes]:
    """The keyed hash of a value under each key of the ring, the first key first; any of them may be stored."""
    return mac_forms(value.encode(), f"find {purpose}")


def is_hash_of(stored: bytes | memoryview | None, value: str, purpose: str) -> bool:
    """Compare a stored keyed hash with a value, under any key of the ring."""
    return stored is not None and is_mac_of(stored, value.encode(), f"find {purpose}")


def permanent_hash(value: str, purpose: str) -> bytes:
    """A keyed hash that other systems store or compute, so that it never changes: under the last key of the ring."""
    return permanent_mac(value.encode(), f"find {purpose}")


def pads(purpose: str) -> bytes:
    """Inner and outer block of the key of `permanent_hash` for one purpose, for another program to compute it.

    With blocks i and o of 64 bytes each, the hash of a value v is SHA-256(o + SHA-256(i + v)) (RFC 2104).
    """
    return blocks(_keys_for(settings.ENV.hash_key, f"find {purpose}")[-1])


def blocks(key: bytes) -> bytes:
    """The inner and the outer block of HMAC-SHA256 with a key of up to 64 bytes, one behind the other."""
    key = key.ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in key) + bytes(byte ^ 0x5C for byte in key)


def mac(data: bytes, purpose: str) -> bytes:
    """HMAC-SHA256 (32 bytes) over data, with a key of its own for each purpose, from the first key of the ring."""
    return hmac.digest(_keys_for(settings.ENV.hash_key, purpose)[0], data, hashlib.sha256)


def mac_forms(data: bytes, purpose: str) -> list[bytes]:
    """The MAC of data under each key of the ring, the first key first."""
    return [hmac.digest(key, data, hashlib.sha256) for key in _keys_for(settings.ENV.hash_key, purpose)]


def is_mac_of(stored: bytes | memoryview, data: bytes, purpose: str) -> bool:
    """Compare a stored MAC with data, under any key of the ring."""
    known, keys = bytes(stored), _keys_for(settings.ENV.hash_key, purpose)
    return any(compare_digest(known, hmac.digest(key, data, hashlib.sha256)) for key in keys)


def permanent_mac(data: bytes, purpose: str) -> bytes:
    """A MAC that a new key does not change: under the last key of the ring."""
    return hmac.digest(_keys_for(settings.ENV.hash_key, purpose)[-1], data, hashlib.sha256)


@cache
def _keys_for(text: str, purpose: str) -> tuple[bytes, ...]:
    """From each key of the ring one for that purpose alone, in the order of the ring."""
    return tuple(hmac.digest(key, purpose.encode(), hashlib.sha256) for key in read_hash_ring(text))


@cache
def _ring(text: str) -> dict[str, AESGCM]:
    return {name: AESGCM(key) for name, key in read_ring(text).items()}


@cache
def _deterministic_ring(text: str) -> dict[str, AESSIV]:
    """A key of 64 bytes for each of the ring, since no key serves two ciphers."""
    return {name: AESSIV(hmac.digest(key, b"deterministic", "sha512")) for name, key in read_ring(text).items()}


def _head(data: bytes) -> tuple[bytes, str]:
    """The part before the nonce, and the key's id in it."""
    if len(data) < 2 or data[0] not in (VERSION, DETERMINISTIC) or len(data) < 2 + data[1] + NONCE_BYTES:
        raise SealBroken("This is not a sealed value.")
    head = data[: 2 + data[1]]
    return head, head[2:].decode("ascii", "replace")
