"""Zones of neighbourhoods (RT) by the number of houses with a confirmed case, by the rule in force on the day.

Houses count, not people: several cases in a house are one. A case without a known house counts as a house of its own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kini.core.dated_rules import rule_in_force
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.level_schema import Zone, ZoneRule
from kini.epidemic.surveillance import case_changes
from kini.epidemic.surveillance.areas import AreaSet
from kini.epidemic.surveillance.case_counts import House, cases_by_house

#: Days whose cases are in memory together.
DAYS_AT_ONCE = 31


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A neighbourhood with cases: area, RW, RT, houses with a case in the rule's days, and its zone."""

    area: str
    rw: str
    rt: str
    houses: int
    zone: Zone


@dataclass(frozen=True, slots=True)
class Zones:
    """Zones on a day.

    Attributes:
        rule: None: no rule was in force.
        neighbourhoods: those with a case; all others are in the first zone of the rule.
        without_rt: cases whose RT is not known, and which count nowhere.
    """

    day: date
    rule: ZoneRule | None
    neighbourhoods: tuple[Neighbourhood, ...] = ()
    without_rt: int = 0

    def by_zone(self) -> dict[str, int]:
        """Neighbourhoods with cases in each zone."""
        counts = Counter(each.zone.id for each in self.neighbourhoods)
        return {zone.id: counts[zone.id] for zone in self.rule.zones} if self.rule else {}


def zones_on(disease: str, areas: AreaSet, day: date, known_on: date | None = None) -> Zones:
    """Zones of the neighbourhoods in these areas, cases counted by day of report."""
    return next(zones_of_days(disease, areas, day, day, known_on))


def zones_of_days(
    disease: str, areas: AreaSet, first: date, last: date, known_on: date | None = None
) -> Iterator[Zones]:
    """Yield the zones of each day, oldest first. The cases of a month are read at once."""
    rules = disease_of(disease).surveillance.zones
    window = max((rule.days for rule in rules), default=1) - 1
    has_cases = bool(rules) and case_changes.has_changes(known_on)
    day = first
    while day <= last:
        end = min(last, day + timedelta(days=DAYS_AT_ONCE - 1))
        by_day = cases_by_house(disease, areas, day - timedelta(days=window), end, known_on) if has_cases else {}
        while day <= end:
            yield _zones(rule_in_force(rules, day), day, by_day)
            day += timedelta(days=1)


def _zones(rule: ZoneRule | None, day: date, by_day: Mapping[date, Mapping[House, int]]) -> Zones:
    if rule is None:
        return Zones(day, None)
    in_house: Counter[House] = Counter()
    for back in range(rule.days):
        in_house.update(by_day.get(day - timedelta(days=back), {}))
    houses: Counter[tuple[str, str, str]] = Counter()
    without = 0
    for (area, rw, rt, house), cases in in_house.items():
        if cases <= 0:
            continue
        if not rt:
            without += cases
        else:
            houses[area, rw, rt] += 1 if house else cases
    neighbourhoods = (Neighbourhood(*place, count, rule.zone_of(count)) for place, count in sorted(houses.items()))
    return Zones(day, rule, tuple(neighbourhoods), without)
