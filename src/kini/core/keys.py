"""Reading keys as they are written in the environment: base64 of 32 bytes, a ring of them as "id:key,id:key"."""

import base64
import binascii
import re

KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


def read_key(text: str) -> bytes:
    """One key.

    Raises:
        ValueError: saying what is wrong, without showing the key.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raise ValueError("is not base64") from None
    if len(key) != KEY_BYTES:
        raise ValueError(f"holds {len(key)} bytes instead of {KEY_BYTES}")
    return key


def read_ring(text: str) -> dict[str, bytes]:
    """Keys by id, in the order in which they are written: the first one encrypts, all of them decrypt.

    Raises:
        ValueError: saying what is wrong, without showing a key.
    """
    ring: dict[str, bytes] = {}
    for number, part in enumerate(text.split(","), 1):
        name, colon, key = part.strip().partition(":")
        if not colon or not _ID.fullmatch(name):
            raise ValueError(f'entry {number} is not written as "id:base64"')
        if name in ring:
            raise ValueError(f'names the key "{name}" twice')
        try:
            ring[name] = read_key(key)
        except ValueError as error:
            raise ValueError(f'key "{name}" {error}') from None
    return ring
