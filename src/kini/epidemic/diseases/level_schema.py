"""Rules of a disease's file that rate areas: levels of the situation, zones of neighbourhoods, and alerts."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from kini.core.config_files import KeyPath
from kini.core.dated_rules import DatedRules, SourcedRule
from kini.core.localized_text import Text
from kini.services.public import Id, StrictModel

type Percent = float


class Step(StrictModel):
    """Bound of a class, with or without its edge: exactly one of the four."""

    below: float | None = None
    up_to: float | None = None
    above: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(bound is not None for bound in (self.below, self.up_to, self.above, self.at_least)) != 1:
            raise ValueError("name one of below, up_to, above and at_least")
        return self

    def holds(self, value: float) -> bool:
        """Check a value.

        >>> Step(below=20).holds(20), Step(up_to=20).holds(20)
        (False, True)
        """
        if self.below is not None:
            return value < self.below
        if self.up_to is not None:
            return value <= self.up_to
        if self.above is not None:
            return value > self.above
        return self.at_least is not None and value >= self.at_least


#: Bounds of all classes but the worst, the best one first.
type Steps = tuple[Step, ...]


def class_of(steps: Steps, value: float) -> int:
    """Class of a value, from 0: the first step that holds, or the worst class."""
    return next((number for number, step in enumerate(steps) if step.holds(value)), len(steps))


class Gate(StrictModel):
    """Vaccination that a level needs, as per cent of those who should have it; without it the next level applies."""

    level: int = Field(ge=1, le=4)
    doses: Literal["first", "second"] = "first"
    all: Percent
    elderly: Percent


class LevelRule(SourcedRule):
    """Level of a situation: classes of transmission and of capacity, and a matrix of both.

    Attributes:
        transmission: steps of `cases`, `admissions` and `deaths`, for each 100,000 people in a week.
        capacity: steps of `positivity` (per cent), `contacts` (for each case) and `occupancy` (per cent of beds).
        matrix: level by class of transmission (row) and of capacity (column); the worst indicator of a group decides.
        gates: levels that need vaccination.
    """

    transmission: dict[Literal["cases", "admissions", "deaths"], Steps] = Field(min_length=1)
    capacity: dict[Literal["positivity", "contacts", "occupancy"], Steps] = Field(min_length=1)
    matrix: tuple[tuple[int, ...], ...]
    gates: tuple[Gate, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        rows, columns = len(self.matrix), {len(row) for row in self.matrix}
        if any(len(steps) + 1 != rows for steps in self.transmission.values()):
            raise ValueError(f"the matrix has {rows} rows: each indicator of transmission has one step less")
        if any({len(steps) + 1} != columns for steps in self.capacity.values()):
            raise ValueError("each row of the matrix has one column more than each indicator of capacity has steps")
        return self


class Zone(StrictModel):
    """A class of neighbourhoods by houses with a case; `up_to`: houses, none for the worst zone."""

    id: Id
    name: Text
    up_to: int | None = Field(default=None, ge=0)
    means: Text


class ZoneRule(SourcedRule):
    """Zones of neighbourhoods (RT) by the number of houses with a confirmed case in the last days, the best first."""

    days: int = Field(default=7, ge=1)
    zones: tuple[Zone, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        bounds = [zone.up_to for zone in self.zones[:-1]]
        if (
            None in bounds
            or self.zones[-1].up_to is not None
            or bounds != sorted(set(bounds), key=lambda each: each or 0)
        ):
            raise ValueError("up_to rises from zone to zone, and the last zone has none")
        return self

    def zone_of(self, houses: int) -> Zone:
        return next(zone for zone in self.zones if zone.up_to is None or houses <= zone.up_to)


class AlertRules(StrictModel):
    """Weekly alerts: areas of which level are compared with their own past, and how.

    Attributes:
        methods: "ears-c1" ..., "cusum" and "farrington"; the last one needs five years of counts.
        needed: methods that must agree for an alert.
    """

    level: Id
    methods: tuple[Literal["ears-c1", "ears-c2", "ears-c3", "cusum", "farrington"], ...] = Field(min_length=1)
    needed: int = Field(default=1, ge=1)
    least_cases: int = Field(default=5, ge=1)


class Surveillance(StrictModel):
    """Rating of the spread of a disease: the section `surveillance` of its file.

    Attributes:
        stale_after: days after which an outside figure no longer counts.
        longest_delay: days until a report, for the nowcast.
        fatality_lag: days between a case and its death, for the lagged case fatality.
    """

    stale_after: int = Field(default=14, ge=1)
    longest_delay: int = Field(default=21, ge=2, le=60)
    fatality_lag: int = Field(default=14, ge=0)
    levels: DatedRules[LevelRule] = []
    zones: DatedRules[ZoneRule] = []
    alerts: AlertRules | None = None

    def errors(self) -> Iterator[tuple[KeyPath, str]]:
        """Yield what contradicts itself: place and message."""
        if self.alerts and self.alerts.needed > len(self.alerts.methods):
            yield ("surveillance", "alerts", "needed"), f"only {len(self.alerts.methods)} methods are named"
