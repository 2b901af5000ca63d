"""Watch of folders for changed files, by their times and sizes."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

#: Seconds between two looks.
INTERVAL = 0.5


class FolderWatch:
    """Changes of the files below some folders; backups and hidden files of editors do not count."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._folders = tuple(folders)
        self._taken = self._seen = self._look()
        self._next = 0.0

    def has_changes(self) -> bool:
        """True once files have changed and then stayed the same for an interval, as several are often saved at once.

        May be called as often as one likes; it looks once in an interval.
        """
        if (now := time.monotonic()) < self._next:
            return False
        self._next = now + INTERVAL
        before, self._seen = self._seen, self._look()
        return self._taken != self._seen == before

    def take_changes(self) -> list[Path]:
        """Return the files that were changed, added or removed since the last call, as `has_changes` saw them."""
        changed = {path for path, _stamp in self._taken.items() ^ self._seen.items()}
        self._taken = self._seen
        return sorted(changed)

    def _look(self) -> Mapping[Path, tuple[int, int]]:
        stamps = {}
        for path in self._files():
            with suppress(OSError):  # removed meanwhile
                status = path.stat()
                stamps[path] = (status.st_mtime_ns, status.st_size)
        return stamps

    def _files(self) -> Iterator[Path]:
        for top in self._folders:
            for folder, folders, names in top.walk():
                folders[:] = [each for each in folders if not each.startswith((".", "__pycache__"))]
                yield from (folder / name for name in names if not name.startswith(".") and not name.endswith("~"))
