"""Made-up doses of a campaign, person by person: who, where they live, when and where each dose was given.

A function of the areas, sites, number of doses and the seed. Days count from the first day of the campaign.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

type Ints = npt.NDArray[np.int64]

#: Days of the campaign until today, and the day on which half of the first doses are given.
DAYS, MIDDLE, STEEPNESS = 150, 60, 14
#: Days between first and second, and second and third dose; shares of those who come again.
INTERVALS, RETURN = (28, 90), (0.9, 0.45)
#: Share of doses at a site of the own district, and of people who live outside of the city.
NEAR, OUTSIDE = 0.8, 0.05
#: Share of people by age in bands of five years from 5 to 79 years, the last one older.
AGES = np.array([8.2, 8, 7.8, 8.2, 8.6, 8.7, 8.5, 7.7, 6.9, 5.9, 4.8, 3.6, 2.4, 1.4, 1.0])
YOUNGEST, ELDERLY = 6, 60


@dataclass(frozen=True, slots=True)
class MadeUpDoses:
    """Doses by number, in the order of persons; those of a person follow each other.

    Attributes:
        person: number of the person of each dose; `area` (-1: outside of the city), `age` and `female` are of persons.
        number: of the dose in its series, from 1.
        day: of the campaign.
        site: number of the site.
        vaccine: number of the vaccine.
    """

    area: Ints
    age: Ints
    female: npt.NDArray[np.bool_]
    person: Ints
    number: Ints
    day: Ints
    site: Ints
    vaccine: Ints


def simulate_doses(
    populations: Sequence[int],
    districts: Sequence[int],
    site_districts: Sequence[int],
    vaccines: int,
    doses: int,
    seed: int,
) -> MadeUpDoses:
    """Simulate so many doses.

    Args:
        populations: people of each area.
        districts: number of the district of each area.
        site_districts: number of the district of each site.
        vaccines: number of vaccines.
    """
    rng = np.random.default_rng(seed)
    count = doses  # more than enough persons: each has one dose or more
    people = np.array(populations, dtype=float)
    area = rng.choice(len(people), size=count, p=people / people.sum())
    first = np.clip(rng.logistic(MIDDLE, STEEPNESS, count), 0, DAYS - 1).astype(np.int64)
    second = first + INTERVALS[0] + rng.poisson(3, count)
    third = second + INTERVALS[1] + rng.poisson(7, count)
    has = [np.ones(count, dtype=bool), (second < DAYS) & (rng.random(count) < RETURN[0])]
    has.append(has[1] & (third < DAYS) & (rng.random(count) < RETURN[1]))
    each = has[0].astype(np.int64) + has[1] + has[2]
    persons = int(np.searchsorted(np.cumsum(each), doses)) + 1
    person = np.repeat(np.arange(persons), each[:persons])[:doses]
    start = np.r_[0, np.cumsum(each[:persons])][:-1]
    number = np.arange(len(person)) - start[person] + 1
    day = np.choose(number - 1, [first[person], second[person], third[person]])
    outside = rng.random(persons) < OUTSIDE
    band = rng.choice(len(AGES), size=persons, p=AGES / AGES.sum())
    age = np.maximum(YOUNGEST, 5 + 5 * band + rng.integers(0, 5, persons))
    return MadeUpDoses(
        area=np.where(outside, -1, area[:persons]),
        age=age,
        female=rng.random(persons) < 0.5,
        person=person,
        number=number,
        day=day,
        site=_sites(rng, np.array(districts)[area[person]], np.array(site_districts)),
        vaccine=rng.integers(0, vaccines, persons)[person],
    )


def _sites(rng: np.random.Generator, district: Ints, site_district: Ints) -> Ints:
    """Site of each dose: of the own district mostly, where it has one."""
    sites = rng.integers(0, len(site_district), len(district))
    near = rng.random(len(district)) < NEAR
    for each in np.unique(site_district):
        here = np.flatnonzero(site_district == each)
        wanted = np.flatnonzero(near & (district == each))
        sites[wanted] = rng.choice(here, size=len(wanted))
    return sites
