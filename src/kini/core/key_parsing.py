"""Parsing of keys from the environment: base64 of 32 bytes, a ring of them as "id:key,id:key", a PEM."""

import base64
import binascii
import re

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

KEY_BYTES = 32
RSA_BITS = 2048
_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


def parse_key(text: str) -> bytes:
    """Parse one key.

    Raises:
        ValueError: with a message that does not show the key.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raise ValueError("is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"holds {len(key)} bytes instead of {KEY_BYTES}")
    return key


def parse_signing_key(text: str) -> str:
    """Decode a private RSA key from base64 of its PEM; returns the PEM.

    Raises:
        ValueError: with a message that does not show the key.
    """
    try:
        pem = base64.b64decode(text.strip(), validate=True)
        key = load_pem_private_key(pem, password=None)
    except (binascii.Error, ValueError, TypeError):
        raise ValueError("is not base64 of a private key in PEM without a password") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < RSA_BITS:
        raise ValueError(f"is no RSA key of at least {RSA_BITS} bits")
    return pem.decode()


def parse_key_ring(text: str) -> dict[str, bytes]:
    """Parse keys by id, in order: the first one encrypts, all of them decrypt.

    Raises:
        ValueError: with a message that does not show a key.
    """
    ring: dict[str, bytes] = {}
    for number, part in enumerate(text.split(","), 1):
        name, colon, key = part.strip().partition(":")
        if not colon or not _ID.fullmatch(name):
            raise ValueError(f'entry {number} is not written as "id:base64"')
        if name in ring:
            raise ValueError(f'names the key "{name}" twice')
        try:
            ring[name] = parse_key(key)
        except ValueError as error:
            raise ValueError(f'key "{name}" {error}') from None
    return ring


def parse_hash_keys(text: str) -> list[bytes]:
    """Parse keys of keyed hashes, the first one for new hashes: a ring, or one key without an id.

    Raises:
        ValueError: with a message that does not show a key.
    """
    return list(parse_key_ring(text).values()) if ":" in text else [parse_key(text)]
