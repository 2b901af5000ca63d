"""Synthetic usage of a month, written straight to Parquet: at any size, reproducible by seed.

Model: usage is low at night and peaks in the evening; it stays within a site's opening hours, so schools are busy on
school mornings. Most people use two sites of their own, the others popular ones. People roam to nearby access points,
with one session each. Few people come often, most now and then; one in twelve devices used a voucher and has no owner.
Days are independent, so memory is bounded by one day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from kini.wifi import rules
from kini.wifi.inventory.schema import PointRow
from kini.wifi.schema import WifiFile
from kini.wifi.usage import rollup

#: Relative number of accesses that begin in each hour, on weekdays and at weekends.
WEEKDAY = (6, 4, 3, 3, 4, 9, 22, 40, 46, 48, 52, 58, 62, 56, 54, 58, 66, 78, 92, 100, 88, 62, 34, 14)
WEEKEND = (9, 6, 4, 3, 4, 7, 14, 26, 44, 58, 66, 70, 70, 66, 64, 68, 78, 92, 100, 98, 90, 70, 44, 20)
#: Mean accesses of a person per day, and probability of one more session (roaming).
ACCESSES, ROAMS = 0.082, 0.45
#: Exponent of the skew between frequent and rare users.
CONCENTRATION = 1.6
AT_HOME, UNSIGNED, SECOND_DEVICE = 0.62, 1 / 12, 0.15
#: Log-normal distributions: median session in minutes with its sigma, median octets per second with its sigma.
MINUTES, MINUTES_SPREAD, RATE, RATE_SPREAD = 16.0, 0.95, 22_000.0, 1.3
LONGEST = 8 * 3600
_PEOPLE, _DEVICES, _MONTH, _EVER, _HOME = range(1, 6)


@dataclass(frozen=True, slots=True)
class World:
    """Sites in the order of their areas, with their attributes.

    Attributes:
        opens: open share of each hour by weekday and site, [7, sites, 24].
        crowd: cumulative popularity of the sites, rising to 1.
    """

    sites: np.ndarray
    areas: np.ndarray
    kinds: np.ndarray
    opens: np.ndarray
    crowd: np.ndarray


def build_world(network: WifiFile, points: Sequence[PointRow], seed: int) -> World:
    """Build the world from a list; several access points of a site are one place."""
    rows = list({row.site: row for row in sorted(points, key=lambda row: (row.area, row.site))}.values())
    names = sorted(network.kinds)
    hours = np.array([_open(network, name) for name in names])  # kinds, 7, 24
    kinds = np.array([names.index(row.kind) for row in rows])
    draws = np.random.default_rng(seed).lognormal(0, 1.1, len(rows))
    crowd = np.cumsum(draws)
    return World(
        np.array([row.site for row in rows]),
        np.array([row.area for row in rows]),
        np.array(names)[kinds],
        hours[kinds].transpose(1, 0, 2),
        crowd / crowd[-1],
    )


def simulate_day(root: Path, where: World, on: date, people: int, seed: int, *, sketches: bool) -> int:
    """Simulate a day and write it like a closed day; return the number of sessions."""
    import pyarrow

    columns = simulate_sessions(where, on, people, seed)
    if not sketches:
        columns |= {name: np.ma.masked_all(len(columns["device"]), np.int64) for name in ("person_ever", "device_ever")}
    with rollup.open_staging(root) as database:
        database.register("made", pyarrow.table({name: _column(values) for name, values in columns.items()}))
        database.execute("INSERT INTO incoming BY NAME SELECT * FROM made")
        database.unregister("made")
        del columns
        return rollup.finish_day(database, root, on)


def simulate_sessions(where: World, on: date, people: int, seed: int) -> dict[str, np.ndarray]:
    """Simulate the sessions of a day, with the columns of the table `incoming` (`rollup`)."""
    dice = np.random.default_rng([seed, on.toordinal()])
    who, place, hour = _accesses(where, on, people, dice)
    begin = hour * 3600 + dice.integers(0, 3600, len(who), dtype=np.int32)
    roams = np.minimum(dice.geometric(1 - ROAMS, len(who)), 12)
    access = np.repeat(np.arange(len(who)), roams)
    step = np.arange(len(access)) - np.repeat(np.cumsum(roams) - roams, roams)
    length = _spread(dice, MINUTES * 60, MINUTES_SPREAD, len(access)).clip(20, LONGEST).astype(np.int32)
    octets = (length * _spread(dice, RATE, RATE_SPREAD, len(access))).astype(np.int64)
    # The next session begins shortly after the previous one.
    gap = np.where(step > 0, dice.integers(5, 600, len(access)), 0)
    run = np.cumsum(length + gap) - length
    begin = begin[access] + run - np.repeat(run[np.cumsum(roams) - roams], roams)
    keep = begin < 86_400
    near = np.where(step > 0, dice.integers(-3, 4, len(access)), 0)
    near = np.clip(place[access] + near, 0, len(where.sites) - 1)
    shut = where.opens[on.weekday(), near, np.minimum(begin // 3600, 23)] == 0
    place = np.where(shut, place[access], near)
    one, place = access[keep], place[keep]
    device = who * 2 + (dice.random(len(who)) < SECOND_DEVICE)
    stranger = dice.random(len(who)) < UNSIGNED
    up = (octets * 0.12).astype(np.int64)
    month = on.year * 12 + on.month
    return {
        "person": np.ma.array(_mixed(who[one], _PEOPLE, _MONTH, month), mask=stranger[one]),
        "device": _mixed(device[one] + stranger[one] * (4 * people), _DEVICES, _MONTH, month),
        "person_ever": np.ma.array(_mixed(who[one], _PEOPLE, _EVER), mask=stranger[one]),
        "device_ever": _mixed(device[one] + stranger[one] * (4 * people), _DEVICES, _EVER),
        **{"site": where.sites[place], "area": where.areas[place], "kind": where.kinds[place]},
        **{"begin": begin[keep].astype(np.int32), "length": length[keep]},
        **{"octets_in": up[keep], "octets_out": (octets - up)[keep]},
    }


def _accesses(
    where: World, on: date, people: int, dice: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw person, site and hour of each access; those whose site is closed all day are dropped."""
    count = int(dice.poisson(people * ACCESSES * (0.9 if on.weekday() >= 5 else 1.04)))
    who = (people * dice.random(count) ** CONCENTRATION).astype(np.int64)
    second = dice.random(count) < 0.3
    home = _mixed(who * 2 + second, _HOME).view(np.uint64) % np.uint64(len(where.sites))
    crowd = np.searchsorted(where.crowd, dice.random(count)).clip(max=len(where.sites) - 1)
    place = np.where(dice.random(count) < AT_HOME, home.astype(np.int64), crowd)
    weights = where.opens[on.weekday()] * np.array(WEEKEND if on.weekday() >= 5 else WEEKDAY)
    sums = weights.cumsum(axis=1)
    thrown = dice.random(count) * sums[place, -1]
    stays = sums[place, -1] > 0
    hour = np.zeros(count, np.int32)
    for each in range(23):
        hour += thrown >= sums[place, each]
    return who[stays], place[stays], hour[stays]


def _open(network: WifiFile, kind: str) -> list[list[float]]:
    """Return the open share of each hour by weekday for a kind of site."""
    hours = network.kinds[kind].hours
    if hours is None:
        return [[1.0] * 24] * 7
    return [[rules.open_share(hours.of(weekday), hour) for hour in range(24)] for weekday in range(7)]


def _spread(dice: np.random.Generator, middle: float, spread: float, count: int) -> np.ndarray:
    return middle * np.exp(dice.standard_normal(count, dtype=np.float32) * spread)


def _mixed(numbers: np.ndarray, *keys: int) -> np.ndarray:
    """Hash numbers to distinct pseudo-random 64-bit values (SplitMix64), like pseudonyms."""
    mixed = numbers.astype(np.uint64)
    for key in keys:
        mixed = mixed + np.uint64(key * 0x9E3779B97F4A7C15 % 2**64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed.view(np.int64)


def _column(values: np.ndarray) -> Any:
    import pyarrow

    if values.dtype.kind == "U":
        names, places = np.unique(values, return_inverse=True)
        return pyarrow.DictionaryArray.from_arrays(places.astype(np.int32), pyarrow.array(names)).cast(pyarrow.string())
    return pyarrow.array(np.ma.getdata(values), mask=np.ma.getmaskarray(values))


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]
