"""Beds and occupied beds of wards as daily figures of surveillance."""

from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from kini.core.config_files import ConfigErrors
from kini.epidemic.prevention import beds
from kini.epidemic.prevention.bed_types import beds_file
from kini.epidemic.surveillance import measures
from kini.epidemic.surveillance.areas import AreaSet
from kini.epidemic.surveillance.series import daily_sources


def daily_beds(
    disease: str, areas: AreaSet, first: date, last: date, known_on: date | None, *, ward: str, stock: str
) -> NDArray[np.float64] | None:
    """Beds of a ward at the end of each day, shape (areas, days); NaN where no hospital reports.

    Hospitals report beds for any disease, so that all diseases get the same figures.
    """
    states = beds.ward_states(ward, first, last, known_on)
    if not states:
        return None
    values = np.full((len(areas), (last - first).days + 1), np.nan)
    for place, (all_beds, occupied) in zip(areas.places(list(states)), states.values(), strict=True):
        if place >= 0:
            values[place] = beds.plus(values[place], all_beds if stock == measures.BEDS else occupied)
    return values


def register() -> None:
    """Register a source for each ward of the running city's beds.yaml."""
    try:
        known = beds_file()
    except ConfigErrors:
        return  # reported by the check of the file
    for ward in sorted({each.ward for each in known.types.values()}) if known else ():
        for stock in (measures.BEDS, measures.OCCUPIED):
            daily_sources.register(measures.of_ward(stock, ward), partial(daily_beds, ward=ward, stock=stock))
