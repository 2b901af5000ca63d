"""Section `venues` of a disease's file: kinds of venue with their rules by day, and warnings of visitors."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field

from kini.core.config_files import KeyPath
from kini.core.dated_rules import DatedRules, SourcedRule, rule_in_force
from kini.core.localized_text import Text
from kini.services.public import Id, StrictModel

Minutes = Annotated[int, Field(ge=5, le=720)]


class VenueLimits(StrictModel):
    """Limits of a kind of venue.

    Attributes:
        stay_minutes: usual length of a visit, taken where nobody checks out.
        capacity_percent: share of its places that may be filled; 0: closed.
    """

    stay_minutes: Minutes
    capacity_percent: int = Field(default=100, ge=0, le=100)


class VenueRule(SourcedRule):
    """Limits in force from a day on, by kind of venue."""

    until: date | None = None
    limits: dict[Id, VenueLimits] = Field(min_length=1)


class VenueAdvice(StrictModel):
    """Advice to somebody who was warned. `high`: the infected person was most infectious then."""

    high: Text
    low: Text


class Venues(StrictModel):
    """Check-in at venues because of a disease.

    Attributes:
        service: service on whose start page the check-in is offered; empty: none.
        kinds: names of the kinds of venue.
        overlap_minutes: time at a venue together with infected persons from which a visitor is warned.
        lingers_minutes: time for which the air of a venue stays infectious after an infected person left.
        most_infectious: days around the onset (or the first positive specimen) with the risk `high`.
        keep_days: days for which the city keeps warning packages; phones keep visits for 14.
    """

    service: str = ""
    kinds: dict[Id, Text] = Field(min_length=1)
    rules: DatedRules[VenueRule] = Field(min_length=1)
    overlap_minutes: int = Field(default=15, ge=1, le=240)
    lingers_minutes: int = Field(default=0, ge=0, le=180)
    most_infectious: tuple[int, int] = (-2, 3)
    keep_days: int = Field(default=14, ge=1, le=14)
    advice: VenueAdvice

    def limits(self, kind: str, day: date) -> VenueLimits | None:
        """Return the limits of a kind on a day; None: no rule."""
        rule = rule_in_force(self.rules, day)
        return rule.limits.get(kind) if rule else None

    def errors(self) -> Iterator[tuple[KeyPath, str]]:
        """Yield kinds in rules that have no name, and days in the wrong order."""
        for number, rule in enumerate(self.rules):
            for kind in rule.limits.keys() - self.kinds.keys():
                names = ", ".join(sorted(self.kinds))
                yield ("rules", number, "limits", kind), f'"{kind}" is none of kinds: {names}'
        if self.most_infectious[0] > self.most_infectious[1]:
            yield ("most_infectious",), "the first day is before the last"
