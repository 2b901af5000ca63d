"""Stored files: encrypted on disk, addressed by the SHA-256 of their content, outside the web root."""

import hashlib
import io
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import structlog
from django.conf import settings

from kini.core import encrypted_files
from kini.core.crypto import DecryptionError

#: Marker file: all files of the folder are encrypted (older releases stored them in the clear).
ENCRYPTED_MARKER = "sealed"
_SHA256 = re.compile(r"[0-9a-f]{64}")
log = structlog.get_logger("kini.files")


class FileChanged(DecryptionError):
    """The file on disk differs from what was stored."""


def folder() -> Path:
    return Path(settings.VAR_PATH) / "files"


def path_of(sha256: str) -> Path:
    """Path of a stored file.

    Raises:
        FileNotFoundError: when it is no hash, so that no path outside the folder is built.
    """
    if not _SHA256.fullmatch(sha256):
        raise FileNotFoundError("There is no such file.")
    return folder() / sha256[:2] / sha256[2:4] / sha256


def stored_hashes() -> Iterator[str]:
    """Yield the hash of every stored file, in order."""
    for path in sorted(folder().glob("??/??/*")):
        if _SHA256.fullmatch(path.name):  # partial files have other names
            yield path.name


def partial_files() -> list[Path]:
    """Files in the store's folder that are not stored files."""
    return [path for path in folder().glob("??/??/*") if not _SHA256.fullmatch(path.name)]


def exists(sha256: str) -> bool:
    return bool(_SHA256.fullmatch(sha256)) and path_of(sha256).is_file()


def store_content(content: bytes) -> str:
    """Store content and return its hash.

    The same content is stored once, and a damaged file is repaired. An existing file is touched, so that it is not
    deleted as an orphan before a row references it (orphaned_files).
    """
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    if is_intact(sha256):
        with suppress(FileNotFoundError):  # deleted at this moment
            os.utime(path)
            return sha256
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path) as target:
        encrypted_files.encrypt_file(io.BytesIO(content), target, sha256)
    return sha256


def open_stored(sha256: str) -> IO[bytes]:
    """Open a stored file for reading, after verifying all of it.

    Raises:
        FileNotFoundError: when there is none.
        FileChanged: when it was changed, truncated or renamed; this is logged.
    """
    verify(sha256)
    return encrypted_files.open_encrypted(path_of(sha256).open("rb"), sha256)


def is_intact(sha256: str) -> bool:
    """True if the file exists and has the content of that hash."""
    if not exists(sha256):
        return False
    with path_of(sha256).open("rb") as sealed, suppress(DecryptionError):
        encrypted_files.verify(sealed, sha256)
        return True
    return False


def verify(sha256: str) -> int:
    """Verify all of a stored file and return the size of its content in bytes.

    Raises:
        FileNotFoundError, FileChanged: as `open_stored`.
    """
    with path_of(sha256).open("rb") as sealed:
        try:
            return encrypted_files.verify(sealed, sha256)
        except DecryptionError as broken:
            log.error("a stored file was changed", sha256=sha256, reason=str(broken))
            raise FileChanged(sha256) from None


def encrypt_plain_files() -> tuple[int, list[str]]:
    """Encrypt files that older releases stored in the clear; can be interrupted and run again.

    Returns:
        Number of encrypted files, and the hashes of files that were skipped because their content does not match.
    """
    mark, count, changed = folder() / ENCRYPTED_MARKER, 0, []
    if mark.exists() or not folder().exists():
        return 0, []
    for sha256 in stored_hashes():
        with path_of(sha256).open("rb") as file:
            if encrypted_files.is_encrypted(file):
                continue
            file.seek(0)
            content = file.read()
        if hashlib.sha256(content).hexdigest() != sha256:
            changed.append(sha256)
            continue
        with _replacing(path_of(sha256), same_time=True) as target:
            encrypted_files.encrypt_file(io.BytesIO(content), target, sha256)
        count += 1
    if not changed:
        mark.touch()
    return count, changed


def rotate_keys() -> tuple[int, list[str]]:
    """Encrypt every stored file with the first key of the ring.

    Returns:
        Number of files encrypted again, and the hashes of those that cannot be read.
    """
    count, broken = 0, []
    for sha256 in stored_hashes():
        try:
            count += _rotate(sha256)
        except DecryptionError:
            broken.append(sha256)
        except FileNotFoundError:  # deleted meanwhile
            continue
    return count, broken


def _rotate(sha256: str) -> bool:
    with path_of(sha256).open("rb") as sealed:
        if not encrypted_files.needs_rotation(sealed):
            return False
        sealed.seek(0)
        with (
            _replacing(path_of(sha256), same_time=True) as target,
            encrypted_files.open_encrypted(sealed, sha256) as content,
        ):
            encrypted_files.encrypt_file(content, target, sha256)
    return True


@contextmanager
def _replacing(path: Path, *, same_time: bool = False) -> Iterator[IO[bytes]]:
    """Open a temporary file that replaces `path` atomically and durably.

    Args:
        same_time: keep the modification time, which decides when orphans are deleted.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent)  # its mode is 0600
    try:
        with os.fdopen(handle, "wb") as target:
            yield target
            target.flush()
            os.fsync(handle)
        if same_time:
            before = path.stat().st_mtime_ns
            os.utime(temporary, ns=(before, before))
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder durable (fsync)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
