"""Sessions of a closed day as arrays, with the places of a month numbered."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kini.wifi.usage.metrics import HOUR
from kini.wifi.usage.storage import WHOLE

if TYPE_CHECKING:
    import pyarrow

#: Sessions in memory at once.
BATCH = 1_000_000
_TEXTS = ("site", "area", "kind")
_NUMBERS = ("device", "access", "begin", "length", "octets_in", "octets_out")


class Places:
    """Numbers of the places (site, area and kind) of a month, and of their groups in each dimension."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str, str], int] = {}
        self._names: dict[str, dict[str, int]] = {name: {} for name in _TEXTS}
        self._groups: dict[str, np.ndarray] = {}

    def number(self, site: str, area: str, kind: str) -> int:
        return self.numbers.setdefault((site, area, kind), len(self.numbers))

    def groups(self, by: str) -> np.ndarray:
        """Return the number of each place's group in a dimension (not hours)."""
        if by == WHOLE:
            return np.zeros(len(self.numbers), np.int64)
        if len(self._groups.get(by, ())) < len(self.numbers):
            names, column = self._names[by], _TEXTS.index(by)
            numbers = [names.setdefault(place[column], len(names)) for place in self.numbers]
            self._groups[by] = np.array(numbers, np.int64)
        return self._groups.get(by, np.zeros(0, np.int64))

    def group_names(self, by: str) -> list[str]:
        """Return the names of the groups in order of their numbers."""
        if by == WHOLE:
            return [""]
        if by == "hour":
            return [str(hour) for hour in range(24)]
        self.groups(by)
        return list(self._names[by])


@dataclass(frozen=True, slots=True)
class SessionBatch:
    """Sessions of a day, one element each.

    Attributes:
        person: undefined where not `signed_in`.
        place: as numbered by `Places`.
        first_hour: 0 to 23; `hours`: number of hours that it touches, at most 24.
    """

    person: np.ndarray
    signed_in: np.ndarray
    device: np.ndarray
    access: np.ndarray
    place: np.ndarray
    begin: np.ndarray
    length: np.ndarray
    octets: np.ndarray
    first_hour: np.ndarray
    hours: np.ndarray


def read_sessions(path: Path, places: Places) -> Iterator[SessionBatch]:
    """Read the file of a day in batches."""
    from pyarrow import parquet

    with parquet.ParquetFile(path, read_dictionary=_TEXTS) as file:
        for batch in file.iter_batches(BATCH, columns=["person", *_NUMBERS, *_TEXTS]):
            columns = {name: batch[name].to_numpy(zero_copy_only=False) for name in _NUMBERS}
            first = columns["begin"] // HOUR
            last = (columns["begin"].astype(np.int64) + columns["length"]) // HOUR
            yield SessionBatch(
                batch["person"].fill_null(0).to_numpy(),
                batch["person"].is_valid().to_numpy(zero_copy_only=False),
                columns["device"],
                columns["access"],
                _places_of(batch, places),
                columns["begin"],
                columns["length"],
                columns["octets_in"] + columns["octets_out"],
                (first % 24).astype(np.uint8),
                (np.minimum(last, first + 23) - first + 1).astype(np.uint8),
            )


def _places_of(batch: "pyarrow.RecordBatch", places: Places) -> np.ndarray:
    """Return the number of the place of each session."""
    combined, names = np.zeros(len(batch), np.int64), []
    for name in _TEXTS:
        names.append(batch[name].dictionary.to_pylist())
        combined = combined * len(names[-1]) + batch[name].indices.to_numpy()
    known, index = np.unique(combined, return_inverse=True)
    numbers = np.empty(len(known), np.int32)
    for n, each in enumerate(known.tolist()):
        rest, kind = divmod(each, len(names[2]))
        site, area = divmod(rest, len(names[1]))
        numbers[n] = places.number(names[0][site], names[1][area], names[2][kind])
    return numbers[index]
