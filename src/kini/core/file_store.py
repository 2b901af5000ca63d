"""Kept files: sealed on the disk, found by the SHA-256 of their content, outside the web root."""

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

from kini.core import sealed_files
from kini.core.crypto import SealBroken

#: Marker in the folder after all its files were encrypted; the previous release stored them in the clear.
MARK = "sealed"
_SHA256 = re.compile(r"[0-9a-f]{64}")
log = structlog.get_logger("kini.files")


class FileChanged(SealBroken):
    """The file on the disk differs from the one that was stored."""


def folder() -> Path:
    return Path(settings.VAR_PATH) / "files"


def path_of(sha256: str) -> Path:
    """Path of the content with this hash.

    Raises:
        FileNotFoundError: when this is no hash, so that nothing outside the folder is ever named.
    """
    if not _SHA256.fullmatch(sha256):
        raise FileNotFoundError("There is no such file.")
    return folder() / sha256[:2] / sha256[2:4] / sha256


def kept() -> Iterator[str]:
    """The hash of every kept file, in order."""
    for path in sorted(folder().glob("??/??/*")):
        if _SHA256.fullmatch(path.name):  # what is just being written has another name
            yield path.name


def leftovers() -> list[Path]:
    """Files in the store's folder that are not stored files."""
    return [path for path in folder().glob("??/??/*") if not _SHA256.fullmatch(path.name)]


def exists(sha256: str) -> bool:
    return bool(_SHA256.fullmatch(sha256)) and path_of(sha256).is_file()


def keep(content: bytes) -> str:
    """Store content that the program made, or that a backup restores; returns its hash.

    Storing the same content twice keeps one copy, and repairs a file that was changed. A file that is there is
    touched, so that it is not swept before a row names it (file_sweep).
    """
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    if is_whole(sha256):
        with suppress(FileNotFoundError):  # swept in this moment
            os.utime(path)
            return sha256
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _replacing(path) as target:
        sealed_files.seal(io.BytesIO(content), target, sha256)
    return sha256


def open_stored(sha256: str) -> IO[bytes]:
    """The content of a kept file, verified to its end before the first byte is given out.

    Raises:
        FileNotFoundError: when there is none.
        FileChanged: when it was changed, cut off, or moved here from another name; it is logged.
    """
    verify(sha256)
    return sealed_files.open_sealed(path_of(sha256).open("rb"), sha256)


def is_whole(sha256: str) -> bool:
    """Tell whether a file exists and has the content that was stored under that hash."""
    if not exists(sha256):
        return False
    with path_of(sha256).open("rb") as sealed, suppress(SealBroken):
        sealed_files.verify(sealed, sha256)
        return True
    return False


def verify(sha256: str) -> int:
    """Read a kept file to its end; how many bytes its content has.

    Raises:
        FileNotFoundError, FileChanged: as `open_stored`.
    """
    with path_of(sha256).open("rb") as sealed:
        try:
            return sealed_files.verify(sealed, sha256)
        except SealBroken as broken:
            log.error("a kept file was changed", sha256=sha256, reason=str(broken))
            raise FileChanged(sha256) from None


def seal_plain_files() -> tuple[int, list[str]]:
    """Encrypt files that the previous release stored in the clear; can be stopped and run again.

    Returns:
        How many files were sealed, and the hashes of those that were left, as their content is not theirs.
    """
    mark, count, changed = folder() / MARK, 0, []
    if mark.exists() or not folder().exists():
        return 0, []
    for sha256 in kept():
        with path_of(sha256).open("rb") as file:
            if sealed_files.is_sealed(file):
                continue
            file.seek(0)
            content = file.read()
        if hashlib.sha256(content).hexdigest() != sha256:
            changed.append(sha256)
            continue
        with _replacing(path_of(sha256), same_time=True) as target:
            sealed_files.seal(io.BytesIO(content), target, sha256)
        count += 1
    if not changed:
        mark.touch()
    return count, changed


def rotate_keys() -> tuple[int, list[str]]:
    """Encrypt every kept file with the first key of the ring.

    Returns:
        How many files were encrypted again, and the hashes of those that cannot be read.
    """
    count, broken = 0, []
    for sha256 in kept():
        try:
            count += _rotate(sha256)
        except SealBroken:
            broken.append(sha256)
        except FileNotFoundError:  # swept meanwhile
            continue
    return count, broken


def _rotate(sha256: str) -> bool:
    with path_of(sha256).open("rb") as sealed:
        if not sealed_files.needs_rotation(sealed):
            return False
        sealed.seek(0)
        with _replacing(path_of(sha256), same_time=True) as target, sealed_files.open_sealed(sealed, sha256) as content:
            sealed_files.seal(content, target, sha256)
    return True


@contextmanager
def _replacing(path: Path, *, same_time: bool = False) -> Iterator[IO[bytes]]:
    """Write a new file that replaces the old one atomically and durably.

    Args:
        same_time: it is as old as the one before, for the sweep.
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
    """Write the names in a folder to the disk (fsync)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
