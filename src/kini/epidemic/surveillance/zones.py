"""Zones of neighbourhoods (RT) by the number of houses with a confirmed case, by the rule in force on the day.

Houses count, not people: several cases in a house are one. A case without a known house counts as a house of its own.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from kini.core.dated_rules import rule_in_force
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.diseases.level_schema import Zone, ZoneRule
from kini.epidemic.surveillance import case_changes
from kini.epidemic.surveillance.areas import AreaSet
from kini.epidemic.surveillance.case_counts import known_cases


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
    rule = rule_in_force(disease_of(disease).surveillance.zones, day)
    if rule is None or not case_changes.has_changes(known_on):
        return Zones(day, rule)
    first = day - timedelta(days=rule.days - 1)
    houses: Counter[tuple[str, str, str]] = Counter()
    without = 0
    for (area, rw, rt, house), cases in known_cases(disease, areas, first, day, known_on).items():
        if cases <= 0:
            continue
        if not rt:
            without += cases
        else:
            houses[area, rw, rt] += 1 if house else cases
    found = (Neighbourhood(*place, count, rule.zone_of(count)) for place, count in sorted(houses.items()))
    return Zones(day, rule, tuple(each for each in found), without)
