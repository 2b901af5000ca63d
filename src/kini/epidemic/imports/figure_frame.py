"""Figures of a file as arrays: one row each area and day, one column each measure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kini.city.models import Area
from kini.epidemic.imports.columns import Column

type Floats = npt.NDArray[np.float64]
type Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class Place:
    """Place of figures: an area of the city, or a region outside of it."""

    area: Area | None
    region: str = ""

    @property
    def key(self) -> str:
        return self.area.code if self.area else f"outside:{self.region}"

    def __str__(self) -> str:
        return self.area.name if self.area else self.region


@dataclass(slots=True)
class Frame:
    """Figures by row.

    Attributes:
        columns: measures, in the order of `values`.
        places: of the city and outside, by number; `place` has the number of each row.
        days: ordinals.
        values: rows x measures; NaN where nothing is known.
        weekly: figures are sums of the week that ends on the day.
    """

    columns: list[Column]
    places: list[Place]
    lines: Ints
    place: Ints
    days: Ints
    values: Floats
    weekly: bool = False

    def of(self, column: Column) -> Floats:
        return self.values[:, self.columns.index(column)]

    def find(self, measure: str, mode: str = "") -> Column | None:
        """Return the column of a measure."""
        return next((c for c in self.columns if c.measure == measure and (not mode or c.mode == mode)), None)

    def by_place(self) -> Iterator[tuple[Place, Ints]]:
        """Yield the rows of each place in order of days."""
        order = np.lexsort((self.days, self.place))
        for rows in np.split(order, np.flatnonzero(np.diff(self.place[order])) + 1):
            if len(rows):
                yield self.places[self.place[rows[0]]], rows
