"""Atomic writes of data files."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kini.core.file_store import sync_folder


def write_atomically(
    path: Path, write: Callable[[Path], object], *, rename: Callable[[Path], str] | None = None
) -> Path:
    """Write a file atomically and durably, and return its path.

    Args:
        rename: computes the file's name from its content; is called with the complete file under another name.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")  # neither DuckDB's nor Spark's patterns see it
    try:
        write(new)
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        new.chmod(0o600)
        path = path.with_name(rename(new)) if rename else path
        new.replace(path)
    finally:
        with suppress(FileNotFoundError):
            new.unlink()
    sync_folder(path.parent)
    return path
