"""Figures beside the made-up cases: tests, contacts and beds by area and day, with the source "demo".

Doses are not among them: they are counted from those of the made-up campaign, so that no two numbers contradict.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from kini.city.models import Area
from kini.core.database.bulk_copy import copy_rows
from kini.epidemic.simulate.wave import Wave
from kini.epidemic.surveillance import measures
from kini.epidemic.surveillance.models import AreaFigure

SOURCE = "demo"
#: People for one bed of the city's hospitals that is kept for the disease, and for one of intensive care.
PEOPLE_PER_BED, PEOPLE_PER_INTENSIVE_BED = 2600, 16_000
_COLUMNS = ("source", "disease", "area", "measure", "day", "value", "known_on")


def write_figures(
    disease: str, wave: Wave, areas: Sequence[Area], whole: Area, first_day: date, rng: np.random.Generator
) -> int:
    """Write the figures of the wave; returns their number."""
    rows = (*_tests(wave, areas, rng), *_beds(wave, areas, whole))
    days = [first_day + timedelta(days=number) for number in range(wave.last_day + 1)]
    return copy_rows(
        AreaFigure,
        _COLUMNS,
        ((SOURCE, disease, area, measure, days[day], float(value), days[day]) for area, measure, day, value in rows),
    )


def _tests(wave: Wave, areas: Sequence[Area], rng: np.random.Generator) -> Iterator[tuple[str, str, int, Any]]:
    """People tested, and contacts of the new cases, by area and day of report; positive results are in the records."""
    known = wave.reported <= wave.last_day
    positive = np.zeros((len(areas), wave.last_day + 1), dtype=int)
    np.add.at(positive, (wave.area[known], wave.reported[known]), 1)
    city = positive.sum(axis=0)
    share = np.clip(0.04 + 0.16 * city / max(1, city.max()), 0.04, 0.2)
    people = np.array([area.population or 0 for area in areas])
    negative = rng.poisson(positive * (1 / share - 1) * 0.6 + people[:, None] / 60_000)
    contacts = rng.poisson(positive * 4.5)
    for place, area in enumerate(areas):
        for day in range(wave.last_day + 1):
            yield area.code, measures.TESTED, day, positive[place, day] + negative[place, day]
            if contacts[place, day]:
                yield area.code, measures.CONTACTS, day, contacts[place, day]


def _beds(wave: Wave, areas: Sequence[Area], whole: Area) -> Iterator[tuple[str, str, int, Any]]:
    """Beds of the city, and occupied ones: with those of the wave the beds of other patients under suspicion."""
    people = sum(area.population or 0 for area in areas)
    stays = np.flatnonzero((wave.admitted >= 0) & (wave.reported <= wave.last_day))
    for ward, intensive, per in (("isolation", False, PEOPLE_PER_BED), ("icu", True, PEOPLE_PER_INTENSIVE_BED)):
        of_ward = stays[wave.intensive[stays] == intensive]
        beds = max(10, people // per)
        for day in range(wave.last_day + 1):
            lying = int(((wave.admitted[of_ward] <= day) & (wave.discharged[of_ward] > day)).sum())
            yield whole.code, measures.of_ward(measures.BEDS, ward), day, beds
            yield whole.code, measures.of_ward(measures.OCCUPIED, ward), day, min(beds, beds // 4 + lying)
