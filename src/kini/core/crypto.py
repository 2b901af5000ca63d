"""Encryption of data at rest, and keyed hashes to look encrypted values up.

Encryption is AES-256-GCM. A ciphertext is bound to its context ("resident:12:national_id"), so that it cannot be moved
to another row, and carries the id of its key, so that keys can be replaced while old values stay readable.
Layout: version (1 byte), length of the key's id (1 byte), the id, nonce (12 bytes), ciphertext with its tag.

Deterministic encryption (AES-SIV, RFC 5297, version 2, without a nonce) gives equal values of one context equal bytes,
so that a column can be unique and looked up. It reveals which values are equal, and nothing else.

Keyed hashes use the first key of KINI_HASH_KEY; `candidate_macs` and `candidate_hashes` compute them under every key,
to match stored ones of older keys. The last key stays in the ring for good, for `permanent_mac` and `permanent_hash`.
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

from kini.core.key_parsing import parse_hash_keys, parse_key_ring

VERSION, DETERMINISTIC = 1, 2
NONCE_BYTES = 12
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class DecryptionError(Exception):
    """A ciphertext was changed, belongs to another context, or its key is no longer in the ring."""


def encrypt(plain: bytes, context: str) -> bytes:
    """Encrypt with the first key of the ring; only `decrypt` with the same context reads it."""
    name, cipher = next(iter(_ring(settings.ENV.data_keys).items()))
    head = bytes((VERSION, len(name))) + name.encode()
    nonce = os.urandom(NONCE_BYTES)
    return head + nonce + cipher.encrypt(nonce, plain, head + context.encode())


def decrypt(sealed: bytes | memoryview, context: str) -> bytes:
    """Decrypt what `encrypt` made.

    Raises:
        DecryptionError: when it was changed, has another context, or its key is unknown.
    """
    data = bytes(sealed)
    head, name = _head(data)
    cipher = _ring(settings.ENV.data_keys).get(name)
    if cipher is None:
        raise DecryptionError(f'The key "{name}" is not in KINI_DATA_KEYS.')
    if data[0] == DETERMINISTIC:
        return _unseal_deterministic(name, head, data[len(head) :], context)
    nonce, body = data[len(head) : len(head) + NONCE_BYTES], data[len(head) + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, body, head + context.encode())
    except (InvalidTag, ValueError):
        raise DecryptionError("A sealed value was changed or belongs to another record.") from None


def encrypt_deterministic(plain: bytes, context: str) -> bytes:
    """Encrypt with the first key of the ring, always to the same bytes; `decrypt` reads it."""
    return candidate_ciphertexts(plain, context)[0]


def candidate_ciphertexts(plain: bytes, context: str) -> list[bytes]:
    """Ciphertexts under each key of the ring, the first key first: any of them may be stored."""
    forms = []
    for name, cipher in _deterministic_ring(settings.ENV.data_keys).items():
        head = bytes((DETERMINISTIC, len(name))) + name.encode()
        forms.append(head + cipher.encrypt(plain, [head + context.encode()]))
    return forms


def _unseal_deterministic(name: str, head: bytes, body: bytes, context: str) -> bytes:
    try:
        return _deterministic_ring(settings.ENV.data_keys)[name].decrypt(body, [head + context.encode()])
    except (InvalidTag, ValueError):
        raise DecryptionError("A sealed value was changed or belongs to another record.") from None


def needs_rotation(sealed: bytes | memoryview) -> bool:
    """True if it was encrypted with a key other than the first of the ring."""
    return _head(bytes(sealed))[1] != next(iter(_ring(settings.ENV.data_keys)))


def encrypt_json(value: Any, context: str) -> bytes:
    """Encrypt a JSON value."""
    return encrypt(_JSON.encode(value).encode(), context)


def decrypt_json(sealed: bytes | memoryview, context: str) -> Any:
    """Decrypt a value of `encrypt_json`; raises DecryptionError as `decrypt` does."""
    return json.loads(decrypt(sealed, context))


def keyed_hash(value: str, purpose: str) -> bytes:
    """Compute 32 bytes by which an encrypted value is looked up; hashes of different purposes cannot be compared.

    The caller normalizes the value first (digits only, E.164).
    """
    return mac(value.encode(), f"find {purpose}")


def candidate_hashes(value: str, purpose: str) -> list[bytes]:
    """Keyed hashes of a value under each key of the ring, the first key first; any of them may be stored."""
    return candidate_macs(value.encode(), f"find {purpose}")


def matches_hash(stored: bytes | memoryview | None, value: str, purpose: str) -> bool:
    """Compare a stored keyed hash with a value, under any key of the ring."""
    return stored is not None and matches_mac(stored, value.encode(), f"find {purpose}")


def permanent_hash(value: str, purpose: str) -> bytes:
    """Keyed hash that other systems store or compute: it uses the last key of the ring and never changes."""
    return permanent_mac(value.encode(), f"find {purpose}")


def hmac_pads(purpose: str) -> bytes:
    """Inner and outer HMAC blocks by which another program computes `permanent_hash` for one purpose.

    With blocks i and o of 64 bytes each, the hash of a value v is SHA-256(o + SHA-256(i + v)) (RFC 2104).
    """
    return hmac_blocks(_keys_for(settings.ENV.hash_key, f"find {purpose}")[-1])


def hmac_blocks(key: bytes) -> bytes:
    """Inner and outer block of HMAC-SHA256 for a key of up to 64 bytes, concatenated."""
    key = key.ljust(64, b"\0")
    return bytes(byte ^ 0x36 for byte in key) + bytes(byte ^ 0x5C for byte in key)


def mac(data: bytes, purpose: str) -> bytes:
    """HMAC-SHA256 (32 bytes) with a key derived for the purpose from the first key of the ring."""
    return hmac.digest(_keys_for(settings.ENV.hash_key, purpose)[0], data, hashlib.sha256)


def candidate_macs(data: bytes, purpose: str) -> list[bytes]:
    """MACs under each key of the ring, the first key first."""
    return [hmac.digest(key, data, hashlib.sha256) for key in _keys_for(settings.ENV.hash_key, purpose)]


def matches_mac(stored: bytes | memoryview, data: bytes, purpose: str) -> bool:
    """Compare a stored MAC with data, under any key of the ring."""
    known, keys = bytes(stored), _keys_for(settings.ENV.hash_key, purpose)
    return any(compare_digest(known, hmac.digest(key, data, hashlib.sha256)) for key in keys)


def permanent_mac(data: bytes, purpose: str) -> bytes:
    """MAC under the last key of the ring: a new key does not change it."""
    return hmac.digest(_keys_for(settings.ENV.hash_key, purpose)[-1], data, hashlib.sha256)


@cache
def _keys_for(text: str, purpose: str) -> tuple[bytes, ...]:
    """Derive a key for the purpose from each key of the ring, in order."""
    return tuple(hmac.digest(key, purpose.encode(), hashlib.sha256) for key in parse_hash_keys(text))


@cache
def _ring(text: str) -> dict[str, AESGCM]:
    return {name: AESGCM(key) for name, key in parse_key_ring(text).items()}


@cache
def _deterministic_ring(text: str) -> dict[str, AESSIV]:
    """AES-SIV keys (64 bytes), derived because no key may serve two ciphers."""
    return {name: AESSIV(hmac.digest(key, b"deterministic", "sha512")) for name, key in parse_key_ring(text).items()}


def _head(data: bytes) -> tuple[bytes, str]:
    """Split off the part before the nonce; returns it and the key's id."""
    if len(data) < 2 or data[0] not in (VERSION, DETERMINISTIC) or len(data) < 2 + data[1] + NONCE_BYTES:
        raise DecryptionError("This is not a sealed value.")
    head = data[: 2 + data[1]]
    return head, head[2:].decode("ascii", "replace")
