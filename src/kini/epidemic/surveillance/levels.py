"""Level of a situation by the rule in force on the day, from 1 to 4."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from kini.core.dated_rules import rule_in_force
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.level_schema import Gate, LevelRule, class_of
from kini.epidemic.surveillance.indicators import Indicators

#: Indicators of `surveillance.indicators` behind each name of a level rule: the first one that is known.
BEHIND: dict[str, tuple[str, ...]] = {
    "cases": ("incidence",),
    "admissions": ("admissions",),
    "deaths": ("mortality",),
    "positivity": ("positivity",),
    "contacts": ("tracing-ratio",),
    "occupancy": ("occupancy-all", "occupancy-isolation"),
}
#: Days after which coverage no longer counts: it only grows, and is published by the month.
COVERAGE_STALE = 62


@dataclass(frozen=True, slots=True)
class Rating:
    """An indicator of a level rule.

    Attributes:
        value: None when it is not known.
        rating: class from 0, the best.
        age: days since the value was true.
    """

    name: str
    value: float | None
    rating: int | None
    source: str = ""
    age: int | None = None


@dataclass(frozen=True, slots=True)
class GateCheck:
    """Vaccination that a level needs; `passed`: None when coverage is not known."""

    gate: Gate
    all: float | None
    elderly: float | None

    @property
    def passed(self) -> bool | None:
        checks = [
            None if value is None else value >= least
            for value, least in ((self.all, self.gate.all), (self.elderly, self.gate.elderly))
        ]
        return False if False in checks else None if None in checks else True


@dataclass(frozen=True, slots=True)
class LevelResult:
    """Level of an area on a day, with the rule and the figures that decided.

    Attributes:
        rule: in force on the day; None: there was none, and no level.
        lowest, highest: levels that are possible; they differ when indicators are missing that could decide.
        transmission, capacity: class of each group from 0; None: nothing of it is known.
    """

    area: str
    day: date
    rule: LevelRule | None
    lowest: int | None = None
    highest: int | None = None
    transmission: int | None = None
    capacity: int | None = None
    ratings: tuple[Rating, ...] = ()
    gates: tuple[GateCheck, ...] = ()

    @property
    def level(self) -> int | None:
        """The level, if it is certain."""
        return self.lowest if self.lowest == self.highest else None

    @property
    def missing(self) -> list[str]:
        """Indicators of the rule that are not known."""
        return [rating.name for rating in self.ratings if rating.rating is None]


def levels_of(found: Indicators, day: date | None = None) -> list[LevelResult]:
    """Levels of all areas on the last day of their indicators."""
    day = day or found.last
    surveillance = disease_of(found.disease).surveillance
    rule = rule_in_force(surveillance.levels, day)
    if rule is None:
        return [LevelResult(code, day, None) for code in found.areas.codes]
    limits = {name: COVERAGE_STALE if "coverage" in name else surveillance.stale_after for name in _needed(rule)}
    newest = {name: found.newest(name, limit) for name, limit in limits.items()}
    return [_level(rule, code, day, _values(newest, place), found) for place, code in enumerate(found.areas.codes)]


def level_by(rule: LevelRule, values: Mapping[str, float], area: str = "", day: date | None = None) -> LevelResult:
    """Level by the values of indicators (names of BEHIND and of coverage), for worked examples."""
    known = {BEHIND[name][0] if name in BEHIND else name: (value, 0) for name, value in values.items()}
    return _level(rule, area, day or rule.since, known)


def _needed(rule: LevelRule) -> list[str]:
    gates = [name for gate in rule.gates for name in _coverage(gate)]
    rated = [indicator for name in (*rule.transmission, *rule.capacity) for indicator in BEHIND[name]]
    return [*rated, *dict.fromkeys(gates)]


def _coverage(gate: Gate) -> tuple[str, str]:
    return f"coverage-{gate.doses}", f"coverage-elderly-{gate.doses}"


def _values(newest: dict[str, tuple[np.ndarray, np.ndarray]], place: int) -> dict[str, tuple[float, int]]:
    return {
        name: (float(values[place]), int(ages[place]))
        for name, (values, ages) in newest.items()
        if np.isfinite(values[place])
    }


def _level(
    rule: LevelRule, area: str, day: date, known: dict[str, tuple[float, int]], found: Indicators | None = None
) -> LevelResult:
    ratings = []
    for name, steps in (*rule.transmission.items(), *rule.capacity.items()):
        indicator = next((each for each in BEHIND[name] if each in known), None)
        if indicator is None:
            ratings.append(Rating(name, None, None))
        else:
            value, age = known[indicator]
            source = found.source(indicator, age) if found else ""
            ratings.append(Rating(name, value, class_of(steps, value), source, age))
    by_name = {rating.name: rating.rating for rating in ratings}
    transmission, rows = _group([by_name[name] for name in rule.transmission], len(rule.matrix))
    capacity, columns = _group([by_name[name] for name in rule.capacity], len(rule.matrix[0]))
    possible = {rule.matrix[row][column] for row in rows for column in columns}
    checks = tuple(
        GateCheck(gate, *(known[name][0] if name in known else None for name in _coverage(gate))) for gate in rule.gates
    )
    if transmission is None:  # nothing is known of the spread
        return LevelResult(area, day, rule, None, None, None, capacity, tuple(ratings), checks)
    lowest = min(_gated(level, checks, unknown=True) for level in possible)
    highest = max(_gated(level, checks, unknown=False) for level in possible)
    return LevelResult(area, day, rule, lowest, highest, transmission, capacity, tuple(ratings), checks)


def _group(ratings: list[int | None], classes: int) -> tuple[int | None, range]:
    """Worst known class of a group, and the classes that are possible: what is missing can only make it worse.

    A group of which something is known counts by that: authorities never had all indicators of all areas.
    """
    known = [rating for rating in ratings if rating is not None]
    return (max(known), range(max(known), max(known) + 1)) if known else (None, range(classes))


def _gated(level: int, checks: tuple[GateCheck, ...], *, unknown: bool) -> int:
    """Level after the gates; a gate whose coverage is not known counts as `unknown`."""
    for check in sorted(checks, key=lambda each: each.gate.level):
        passed = unknown if check.passed is None else check.passed
        if level == check.gate.level and not passed:
            level += 1
    return level
