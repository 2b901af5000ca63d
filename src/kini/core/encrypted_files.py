"""Files encrypted as streams: AES-256-GCM in chunks, whose order and end are authenticated (STREAM).

V. T. Hoang, R. Reyhanitabar, P. Rogaway, D. Vizar: Online Authenticated-Encryption and its Nonce-Reuse Misuse-
Resistance, CRYPTO 2015. Each file has a key of its own, derived (HKDF-SHA256) from a key of KINI_DATA_KEYS, a random
salt and the context, so that a file moved to another name cannot be read.

Layout: magic (8 bytes), version (1), length of the key's id (1), the id, salt (32), then chunks of CHUNK bytes, the
last one no longer, each with its tag (16). The nonce of a chunk is its number (11 bytes) and whether it is the last (1
byte); the head is authenticated with every chunk.
"""

import io
import os
from collections.abc import Buffer, Iterator
from functools import cache
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from kini.core.crypto import DecryptionError
from kini.core.key_parsing import parse_key_ring

MAGIC = b"KINIFILE"
VERSION = 1
SALT_BYTES, TAG_BYTES = 32, 16
CHUNK = 65_536


def encrypt_file(source: IO[bytes], target: IO[bytes], context: str) -> None:
    """Encrypt a stream with the first key of the ring; `open_encrypted` with the same context decrypts it."""
    name = next(iter(_ring(settings.ENV.data_keys)))
    head = MAGIC + bytes((VERSION, len(name))) + name.encode()
    salt = os.urandom(SALT_BYTES)
    cipher = _cipher(name, salt, context)
    target.write(head + salt)
    chunk, number = source.read(CHUNK), 0
    while True:
        following = source.read(CHUNK)
        target.write(cipher.encrypt(_nonce(number, last=not following), chunk, head))
        if not following:
            return
        chunk, number = following, number + 1


def open_encrypted(sealed: IO[bytes], context: str) -> IO[bytes]:
    """Open an encrypted stream, which closing the reader closes; a broken chunk raises DecryptionError when it is read.

    Raises:
        DecryptionError: when it is not encrypted, or its key is unknown.
    """
    return io.BufferedReader(_Reader(sealed, context), CHUNK)


def verify(sealed: IO[bytes], context: str) -> int:
    """Verify an encrypted stream and return the size of its content in bytes.

    Raises:
        DecryptionError: when it was changed, moved or truncated.
    """
    return sum(map(len, decrypted_chunks(sealed, context)))


def decrypted_chunks(sealed: IO[bytes], context: str) -> Iterator[bytes]:
    """Yield the decrypted chunks of a stream."""
    head, name, salt = _read_head(sealed)
    cipher = _cipher(name, salt, context)
    chunk, number = sealed.read(CHUNK + TAG_BYTES), 0
    while True:
        following = sealed.read(CHUNK + TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), chunk, head)
        except (InvalidTag, ValueError):
            raise DecryptionError("A sealed file was changed, cut off, or belongs to another name.") from None
        if not following:
            return
        chunk, number = following, number + 1


def is_encrypted(file: IO[bytes]) -> bool:
    """True if a stream begins with the magic bytes of an encrypted file."""
    return file.read(len(MAGIC)) == MAGIC


def needs_rotation(sealed: IO[bytes]) -> bool:
    """True if it was encrypted with a key other than the first of the ring."""
    return _read_head(sealed)[1] != next(iter(_ring(settings.ENV.data_keys)))


class _Reader(io.RawIOBase):
    def __init__(self, sealed: IO[bytes], context: str) -> None:
        self._sealed = sealed
        self._chunks = decrypted_chunks(sealed, context)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        while not self._left:
            chunk = next(self._chunks, None)
            if not chunk:
                return 0
            self._left = memoryview(chunk)
        view = memoryview(buffer)
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def close(self) -> None:
        self._sealed.close()
        super().close()


def _read_head(sealed: IO[bytes]) -> tuple[bytes, str, bytes]:
    """Read the head: its bytes without the salt, the key's id, the salt."""
    start = sealed.read(len(MAGIC) + 2)
    if len(start) < len(MAGIC) + 2 or start[: len(MAGIC)] != MAGIC or start[-2] != VERSION:
        raise DecryptionError("This file is not sealed.")
    name, salt = sealed.read(start[-1]), sealed.read(SALT_BYTES)
    return start + name, name.decode("ascii", "replace"), salt


def _cipher(name: str, salt: bytes, context: str) -> AESGCM:
    key = _ring(settings.ENV.data_keys).get(name)
    if key is None:
        raise DecryptionError(f'The key "{name}" is not in KINI_DATA_KEYS.')
    return AESGCM(HKDF(SHA256(), 32, salt, f"kini file {VERSION} {context}".encode()).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes((last,))


@cache
def _ring(text: str) -> dict[str, bytes]:
    return parse_key_ring(text)
