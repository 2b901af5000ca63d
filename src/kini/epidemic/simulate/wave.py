"""A wave of an epidemic, person by person: susceptible, exposed, infectious, removed (SEIR), in households and areas.

Each case infects others at a generation interval; most of them live in the same household or area. A household and an
area run out of people who can be infected. The wave ends on the day on which enough cases have been reported.
Everything is a function of the areas, the number of cases and the seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

type Ints = npt.NDArray[np.int64]
type Floats = npt.NDArray[np.float64]
type Bools = npt.NDArray[np.bool_]

#: Days of the longest wave.
LONGEST = 400
#: Mean number of infections by a case at first; in a small wave, whose areas soon run out of people; and the dispersion
#: of their number (0.4: few infect many).
REPRODUCTION, SMALL_REPRODUCTION, SMALL, DISPERSION = 1.6, 2.0, 20_000, 0.4
#: Cases that bring the disease from elsewhere, in so many days.
TRAVELLERS, TRAVEL_DAYS = 40, 35
#: Share of infections in the household, and in the same area; the others live anywhere.
IN_HOUSEHOLD, IN_AREA = 0.32, 0.45
#: Share of the people who could be infected whom the wave reaches before it ends.
REACHED = 0.54
#: Households by size, from one person on.
HOUSEHOLD_SIZES = np.array([0.08, 0.14, 0.2, 0.25, 0.17, 0.1, 0.06])
#: Share of people by age in bands of five years, the last one from 75 years on.
AGES = np.array([8.3, 8.2, 8, 7.8, 8.2, 8.6, 8.7, 8.5, 7.7, 6.9, 5.9, 4.8, 3.6, 2.4, 1.4, 1.0]) / 100


@dataclass(frozen=True, slots=True)
class Times:
    """Days of a disease: mean and standard deviation of each delay."""

    generation: tuple[float, float]
    incubation: tuple[float, float]
    to_specimen: tuple[float, float] = (2.6, 1.6)
    to_report: tuple[float, float] = (1.9, 1.5)
    to_admission: tuple[float, float] = (4.6, 2.2)
    to_death: tuple[float, float] = (15.0, 6.0)
    to_recovery: tuple[float, float] = (13.0, 3.0)
    stay: tuple[float, float] = (9.0, 4.0)


@dataclass(slots=True)
class Wave:
    """Cases by number, in the order of their infection. Days count from the first infection; -1: none.

    Attributes:
        infector: number of the case that infected it; -1: from outside.
        area: number of the area.
        household, household_member: number of the household, and which of its cases this is, from 0.
        in_household: infected there.
        known_contact: was known as a contact of its infector.
        last_day: day of the present.
    """

    infected: Ints
    infector: Ints
    area: Ints
    household: Ints
    in_household: Bools
    age: Ints
    female: Bools
    symptomatic: Bools
    known_contact: Bools
    onset: Ints
    specimen: Ints
    reported: Ints
    admitted: Ints
    discharged: Ints
    intensive: Bools
    died: Ints
    recovered: Ints
    last_day: int

    def __len__(self) -> int:
        return len(self.infected)


@dataclass(slots=True)
class _Growth:
    """The growing wave: events of coming days, cases so far."""

    rng: np.random.Generator
    pools: Floats
    left: Floats
    reproduction: float
    events: list[list[tuple[Ints, Ints, Bools]]] = field(default_factory=lambda: [[] for _day in range(LONGEST + 60)])
    infected: list[Ints] = field(default_factory=list)
    infector: list[Ints] = field(default_factory=list)
    area: list[Ints] = field(default_factory=list)
    household: list[Ints] = field(default_factory=list)
    inside: list[Bools] = field(default_factory=list)
    count: int = 0
    sizes: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    members: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def simulate_wave(populations: Sequence[int], cases: int, times: Times, seed: int) -> Wave:
    """Simulate until so many cases are reported.

    Args:
        populations: people of each area.
    """
    rng = np.random.default_rng(seed)
    people = np.array(populations, dtype=float)
    pools = people / people.sum() * (cases / REACHED)
    growth = _Growth(rng, pools, pools.copy(), SMALL_REPRODUCTION if cases < SMALL else REPRODUCTION)
    seeds = rng.choice(len(people), size=max(TRAVELLERS, cases // 1500), p=people / people.sum())
    for day, some in enumerate(np.array_split(seeds, TRAVEL_DAYS)):
        growth.events[day].append((np.full(len(some), -1), some, np.zeros(len(some), dtype=bool)))
    for day in range(LONGEST):
        _infect(growth, day, times)
        if growth.count >= cases * 1.06 or (day > TRAVEL_DAYS and not any(growth.events[day + 1 : day + 30])):
            break
    return _with_course(growth, cases, times)


def _gamma(rng: np.random.Generator, mean_sd: tuple[float, float], size: int) -> Floats:
    mean, sd = mean_sd
    return rng.gamma((mean / sd) ** 2, sd**2 / mean, size)


def _infect(growth: _Growth, day: int, times: Times) -> None:
    """Make the events of a day cases, as far as somebody is left to be infected, and plan whom they infect."""
    if not growth.events[day]:
        return
    rng = growth.rng
    infector, area, inside = (np.concatenate(each) for each in zip(*growth.events[day], strict=True))
    households = np.concatenate(growth.household) if growth.household else np.zeros(0, dtype=np.int64)
    household = np.where(inside, households[infector] if len(households) else -1, -1)
    allowed = np.where(
        inside,
        growth.members[household] + _rank(household) < growth.sizes[household] if len(growth.sizes) else False,
        rng.random(len(area)) < np.maximum(growth.left, 0)[area] / growth.pools[area],
    ).astype(bool)
    infector, area, inside, household = (each[allowed] for each in (infector, area, inside, household))
    new = int((~inside).sum())
    household[~inside] = len(growth.sizes) + np.arange(new)
    growth.sizes = np.concatenate([growth.sizes, rng.choice(7, size=new, p=HOUSEHOLD_SIZES) + 1])
    growth.members = np.concatenate([growth.members, np.zeros(new, dtype=np.int64)])
    np.add.at(growth.members, household, 1)
    np.subtract.at(growth.left, area, 1)
    numbers = growth.count + np.arange(len(area))
    for column, values in (
        (growth.infected, np.full(len(area), day)),
        (growth.infector, infector),
        (growth.area, area),
        (growth.household, household),
    ):
        column.append(values.astype(np.int64))
    growth.inside.append(inside)
    growth.count += len(area)
    _plan(growth, day, numbers, area, times)


def _rank(values: Ints) -> Ints:
    """Number of equal values before each."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.r_[0, np.flatnonzero(np.diff(ordered)) + 1] if len(values) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(values)])
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values)) - np.repeat(starts, lengths)
    return rank


def _plan(growth: _Growth, day: int, numbers: Ints, area: Ints, times: Times) -> None:
    rng = growth.rng
    mean = growth.reproduction * rng.gamma(DISPERSION, 1 / DISPERSION, len(numbers))
    offspring = rng.poisson(mean)
    source, home = np.repeat(numbers, offspring), np.repeat(area, offspring)
    after = np.maximum(1, np.rint(_gamma(rng, times.generation, len(source)))).astype(int)
    sort = rng.random(len(source))
    inside = sort < IN_HOUSEHOLD
    anywhere = rng.choice(len(growth.pools), size=len(source), p=growth.pools / growth.pools.sum())
    where = np.where(sort < IN_HOUSEHOLD + IN_AREA, home, anywhere)
    for days in np.unique(after):
        chosen = after == days
        if day + days < len(growth.events):
            growth.events[day + days].append((source[chosen], where[chosen], inside[chosen]))


def _with_course(growth: _Growth, cases: int, times: Times) -> Wave:
    """Add to each case its age, sex, days and outcome; the present is the day by which enough are reported."""
    rng, size = growth.rng, growth.count
    infected, infector, area, household = (
        np.concatenate(each) for each in (growth.infected, growth.infector, growth.area, growth.household)
    )
    band = rng.choice(len(AGES), size=size, p=AGES / AGES.sum())
    age = band * 5 + rng.integers(0, 5, size)
    symptomatic = rng.random(size) < 0.8
    incubation = np.maximum(1, np.rint(_gamma(rng, times.incubation, size))).astype(np.int64)
    onset = np.where(symptomatic, infected + incubation, -1)
    begin = infected + incubation
    specimen = begin + np.rint(_gamma(rng, times.to_specimen, size)).astype(np.int64)
    reported = specimen + np.rint(_gamma(rng, times.to_report, size)).astype(np.int64)
    last = int(np.sort(reported)[min(cases, size) - 1])
    risk = np.minimum(1.0, 0.015 * np.exp(age / 22))
    admit = symptomatic & (rng.random(size) < risk)
    admitted = np.where(admit, begin + np.rint(_gamma(rng, times.to_admission, size)).astype(np.int64), -1)
    intensive = admit & (rng.random(size) < 0.05 + age / 500)
    fatal = rng.random(size) < np.minimum(0.6, 0.0006 * np.exp(age / 14.5))
    died = np.where(fatal, begin + np.maximum(3, np.rint(_gamma(rng, times.to_death, size))).astype(np.int64), -1)
    died = np.where((died >= 0) & (died < reported), reported, died)
    recovered = np.where(fatal, -1, begin + np.maximum(7, np.rint(_gamma(rng, times.to_recovery, size)))).astype(
        np.int64
    )
    leave = admitted + np.maximum(1, np.rint(_gamma(rng, times.stay, size))).astype(np.int64)
    discharged = np.where(admit, np.where(died >= admitted, np.where(fatal, died, leave), leave), -1)
    inside = np.concatenate(growth.inside)
    known = (infector >= 0) & (rng.random(size) < np.where(inside, 0.8, 0.25))
    return Wave(
        infected,
        infector,
        area,
        household,
        inside,
        age,
        rng.random(size) < 0.5,
        symptomatic,
        known,
        onset,
        specimen,
        reported,
        admitted,
        np.maximum(discharged, admitted),
        intensive,
        died,
        np.maximum(recovered, reported),
        last,
    )
