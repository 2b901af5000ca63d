"""Files of a data set: one Parquet file per partition, changed together or not at all.

A file is written under the hash of its content and becomes current with the manifest that names it. So a crash at any
point leaves the former state, and readers that began before a change finish with the files of their manifest: those are
removed by the change after the next.
"""

import fcntl
import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from kini.analytics.manifest import Manifest, Partition, read_manifest, write_manifest
from kini.analytics.parquet_files import write_atomically

if TYPE_CHECKING:
    from kini.analytics.datasets import DataSet

LOCK = ".lock"


class SchemaMismatch(Exception):
    """A written file does not have the columns of its data set."""


@dataclass(frozen=True, slots=True)
class PartitionStore:
    """Files of a data set in a folder."""

    dataset: "DataSet"
    folder: Path

    def manifest(self) -> Manifest:
        """Return the current state; files of releases without manifests are adopted.

        Raises:
            ManifestError: if the manifest is damaged.
        """
        return read_manifest(self.folder) or Manifest(
            self.dataset.name, partitions={key: self._describe(path) for key, path in self._unlisted_files().items()}
        )

    def partition_keys(self) -> list[str]:
        """List the partitions in order."""
        manifest = read_manifest(self.folder)
        return sorted(manifest.partitions if manifest else self._unlisted_files())

    def paths(self, keys: Collection[str] | None = None) -> list[Path]:
        """List the current files of these partitions (all of them), in order; missing partitions are left out."""
        partitions = self.manifest().partitions
        return [self.folder / partitions[key].file for key in sorted(partitions) if keys is None or key in keys]

    def digest(self, keys: Collection[str]) -> str:
        """Return a digest of the content of these partitions, as the `source` of what is computed from them."""
        partitions = self.manifest().partitions
        lines = (f"{key} {partitions[key].sha256}\n" for key in sorted(partitions) if key in keys)
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def damaged_files(self) -> list[str]:
        """List the files that are missing or differ from the manifest."""
        files = {self.folder / each.file: each for each in self.manifest().partitions.values()}
        return [each.file for path, each in files.items() if not path.is_file() or _sha256(path) != each.sha256]

    @contextmanager
    def change(self) -> Iterator["Change"]:
        """Change several partitions at once: on exit without an exception all of it becomes current."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # released when the process ends, however it does
            before = self.manifest()
            change = Change(self, dict(before.partitions))
            kept = {partition.file for partition in before.partitions.values()}
            try:
                yield change
                if change.partitions != before.partitions or not before.version:
                    after = replace(before, version=before.version + 1, partitions=change.partitions)
                    write_manifest(self.folder, after)
                    kept |= {partition.file for partition in after.partitions.values()}
            finally:
                self._sweep(kept)

    def _unlisted_files(self) -> dict[str, Path]:
        """Return the newest file of each partition, for folders without a manifest."""
        files = [path for path in self.folder.glob(f"{self.dataset.key}=*/*.parquet") if not path.name.startswith(".")]
        files.sort(key=lambda path: path.stat().st_mtime_ns)
        return {path.parent.name.partition("=")[2]: path for path in files}

    def _describe(self, path: Path, source: str = "") -> Partition:
        from pyarrow import parquet

        name, rows = path.relative_to(self.folder).as_posix(), parquet.read_metadata(path).num_rows
        return Partition(name, rows, path.stat().st_size, _sha256(path), self.dataset.version, source)

    def _sweep(self, kept: Collection[str]) -> None:
        """Delete files that neither the current nor the former manifest names, and empty folders."""
        for folder in self.folder.glob(f"{self.dataset.key}=*"):
            for path in folder.iterdir():
                if path.relative_to(self.folder).as_posix() not in kept:
                    path.unlink()
            if not any(folder.iterdir()):
                folder.rmdir()


@dataclass(slots=True)
class Change:
    """Open change of a data set.

    Attributes:
        partitions: state after the change.
    """

    store: PartitionStore
    partitions: dict[str, Partition]

    def write(self, key: str, write: Callable[[Path], object], source: str = "") -> Partition:
        """Write the file of a partition; `write` is called with its path.

        Raises:
            SchemaMismatch: if the file does not have the columns of the data set.
        """
        path = self.store.folder / f"{self.store.dataset.key}={key}" / "part.parquet"
        path = write_atomically(path, write, rename=self._checked_name)
        self.partitions[key] = self.store._describe(path, source)
        return self.partitions[key]

    def remove(self, key: str) -> None:
        """Remove a partition, if it exists."""
        self.partitions.pop(key, None)

    def _checked_name(self, path: Path) -> str:
        from pyarrow import parquet

        dataset = self.store.dataset
        written = {column.name: str(column.type) for column in parquet.read_schema(path)}
        if differing := sorted({name for name, _type in written.items() ^ dataset.columns.items()}):
            raise SchemaMismatch(f"{dataset.name}: columns differ from its declaration: {', '.join(differing)}.")
        return f"{_sha256(path)[:16]}.parquet"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
