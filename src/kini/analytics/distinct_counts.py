"""Exact distinct counts over any days of a month, by partial counts that add up.

For each group and day, the persons of the day are counted by their last earlier day in this group, or 0 (days of the
month). So the distinct persons between two days are those of these days whose last earlier day precedes them.

Rows are written to buckets by person first. No person is in two of them, so their counts add up, and memory is bounded
by the largest bucket, independently of the number of persons.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import numpy as np

#: Days of a month with 0, and the bits of one.
DAYS, DAY_BITS = 32, 5
#: Rows in a bucket; each takes about 100 bytes while it is counted.
BUCKET_ROWS = 2_000_000


def bucket_count(rows: int) -> int:
    """Return a number of buckets for this many rows: a power of two.

    >>> bucket_count(1_000), bucket_count(100_000_000)
    (1, 64)
    """
    return 1 << (rows // BUCKET_ROWS).bit_length()


class Buckets(AbstractContextManager["Buckets"]):
    """Rows in temporary files by the lowest bits of their id, which must be pseudo-random.

    Args:
        folder: where the files are written; they are deleted at the end.
        row: type of a row, with the field `id` (int64).
        count: number of buckets, a power of two.
    """

    def __init__(self, folder: Path, row: np.dtype, count: int) -> None:
        self.folder, self.row, self.count = folder, row, count

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder = Path(stack.enter_context(TemporaryDirectory(dir=self.folder)))
            self.files = [stack.enter_context((folder / f"{number}").open("w+b")) for number in range(self.count)]
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stack.close()

    def add(self, rows: np.ndarray) -> None:
        """Write rows to their buckets."""
        bucket = (rows["id"] & (self.count - 1)).astype(np.uint16)
        ordered = rows[np.argsort(bucket, kind="stable")]
        ends = np.cumsum(np.bincount(bucket, minlength=self.count))
        for file, part in zip(self.files, np.split(ordered, ends[:-1]), strict=True):
            part.tofile(file)

    def read(self) -> Iterator[np.ndarray]:
        """Yield the rows of each bucket."""
        for file in self.files:
            file.seek(0)
            yield np.fromfile(file, self.row)


def number_ids(ids: np.ndarray) -> np.ndarray:
    """Replace ids by consecutive numbers."""
    order = np.argsort(ids)
    ordered = ids[order]
    numbers = np.empty(len(ids), np.int64)
    numbers[order] = np.cumsum(differs_from_previous(ordered))
    return numbers


def count_by_last_day(numbers: np.ndarray, groups: np.ndarray, days: np.ndarray, count: int) -> np.ndarray:
    """Count distinct persons by group, day, and last earlier day with the same person in the group.

    Args:
        numbers: number of the person in each row.
        groups: number of the group in each row, below `count`.
        days: day of the month.

    Returns:
        counts[group, day, last earlier day or 0]
    """
    group_bits = max(1, (count - 1).bit_length())
    keys = (numbers << group_bits | groups) << DAY_BITS | days
    keys.sort()
    keys = keys[differs_from_previous(keys)]
    day = keys & (DAYS - 1)
    before = np.where(differs_from_previous(keys >> DAY_BITS), 0, np.roll(day, 1))
    place = (keys >> DAY_BITS & ((1 << group_bits) - 1)) * DAYS * DAYS + day * DAYS + before
    return np.bincount(place, minlength=count * DAYS * DAYS).reshape(count, DAYS, DAYS)


def differs_from_previous(values: np.ndarray) -> np.ndarray:
    """Return True for each element that differs from the one before, and for the first."""
    differs = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=differs[1:])
    return differs
