"""Areas of the city in order, and sums over what lies in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kini.city.models import Area
from kini.city.public import city_tables

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AreaSet:
    """Active areas of one level, in the order of their paths."""

    areas: Sequence[Area]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        return tuple(area.code for area in self.areas)

    @cached_property
    def position(self) -> dict[str, int]:
        return {code: place for place, code in enumerate(self.codes)}

    @cached_property
    def population(self) -> Floats:
        """People of each area; 0 where it is not known."""
        return np.array([area.population or 0 for area in self.areas], float)

    def __len__(self) -> int:
        return len(self.areas)

    def places(self, codes: Sequence[str]) -> NDArray[np.int64]:
        """Positions of the areas in which these ones lie; -1 for those in none of them."""
        known, places = city_tables().areas, []
        for code in codes:
            steps = known[code].path.split("/") if code in known else []
            places.append(next((self.position[step] for step in reversed(steps) if step in self.position), -1))
        return np.array(places, np.int64)


def areas_of(level: str | Sequence[str]) -> AreaSet:
    """Areas of a level, or those with these codes.

    Raises:
        LookupError: there is no such level or area; the message names the levels.
    """
    areas = [area for area in city_tables().areas.values() if area.active]
    if isinstance(level, str):
        chosen = [area for area in areas if area.level == level]
        if not chosen:
            raise LookupError(f'There is no level "{level}"; there are {", ".join(levels())}.')
        return AreaSet(chosen)
    by_code = {area.code: area for area in areas}
    if missing := [code for code in level if code not in by_code]:
        raise LookupError(f"There is no area {', '.join(missing)}.")
    return AreaSet([by_code[code] for code in level])


def levels() -> list[str]:
    """Levels of areas, from the whole city to the smallest."""
    return list(dict.fromkeys(area.level for area in sorted(city_tables().areas.values(), key=lambda each: each.depth)))


def whole_city() -> AreaSet:
    return areas_of(levels()[0])


def smallest_areas() -> AreaSet:
    return areas_of(levels()[-1])
