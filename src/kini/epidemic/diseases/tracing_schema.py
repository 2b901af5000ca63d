"""Sections of a disease's file about tracing: contacts where persons spread it, houses where mosquitoes do."""

from collections.abc import Collection, Iterator
from typing import Annotated

from pydantic import Field

from kini.core.config_files import KeyPath
from kini.core.dated_rules import DatedRules, SourcedRule
from kini.core.localized_text import Text
from kini.services.public import Id, StrictModel

Score = Annotated[int, Field(ge=-10, le=10)]


class RiskFactor(StrictModel):
    """Relation, setting or protection of an exposure, and the points that it adds to the risk score."""

    name: Text
    score: Score


class Relation(RiskFactor):
    """Relation of a contact to the case. `household`: lives in the same house."""

    household: bool = False


class RiskLevels(StrictModel):
    """Scores from which a contact has a medium or a high risk."""

    medium: int
    high: int


class FollowUpRule(SourcedRule):
    """Follow-up and quarantine in force from a day on, of exposures since that day.

    Attributes:
        days: of follow-up after the latest exposure.
        from_score: least risk score of contacts who are followed; others get advice.
        quarantine_days: after the latest exposure; 0: none.
        release_test: a result ("pcr-negative") that ends the quarantine, of a specimen taken at least
            `release_after_days` after the latest exposure.
        trace_within_hours: from the record of a case to its first recorded contact.
        lost_after_days: without any sign of the contact.
    """

    days: Annotated[int, Field(ge=1, le=400)]
    from_score: int
    quarantine_days: Annotated[int, Field(ge=0, le=400)]
    release_test: tuple[str, ...] = ()
    release_after_days: Annotated[int, Field(ge=0, le=400)] = 0
    trace_within_hours: Annotated[int, Field(ge=1, le=240)] = 24
    lost_after_days: Annotated[int, Field(ge=1, le=60)] = 3


class Tracing(StrictModel):
    """Tracing of the contacts of a case.

    The risk score of an exposure is the sum of the points of its relation, setting and protections.

    Attributes:
        daily_symptoms: symptoms that are asked each day, in this order; their numbers are those of message replies.
    """

    relations: dict[Id, Relation] = Field(min_length=1)
    settings: dict[Id, RiskFactor] = Field(min_length=1)
    protections: dict[Id, RiskFactor] = {}
    risk: RiskLevels
    rules: DatedRules[FollowUpRule] = Field(min_length=1)
    daily_symptoms: tuple[Id, ...] = Field(min_length=1, max_length=9)
    source: str = ""

    def errors(self, symptoms: Collection[str], test_facts: Collection[str]) -> Iterator[tuple[KeyPath, str]]:
        """Yield what contradicts the other sections of the disease: place and message."""
        for symptom in self.daily_symptoms:
            if symptom not in symptoms:
                yield ("daily_symptoms",), f'"{symptom}" is none of symptoms: {", ".join(sorted(symptoms))}'
        for number, rule in enumerate(self.rules):
            for result in rule.release_test:
                if result not in test_facts:
                    yield ("rules", number, "release_test"), f'"{result}" is no result of its tests'
        if self.risk.medium > self.risk.high:
            yield ("risk",), "medium begins at a lower score than high"


class VectorControl(StrictModel):
    """Inspection of houses and breeding places around a case of a disease that mosquitoes carry.

    Attributes:
        houses: to inspect around a case.
        within_days: from the record of the case to the inspection.
        containers: types of places where larvae live, by id.
        free_houses_target: least percentage of houses without larvae (Indonesian "ABJ").
    """

    houses: Annotated[int, Field(ge=1, le=500)]
    within_days: Annotated[int, Field(ge=0, le=30)]
    radius_m: Annotated[int, Field(ge=10, le=2000)]
    containers: dict[Id, Text] = Field(min_length=1)
    free_houses_target: Annotated[float, Field(gt=0, le=100)]
    source: str = ""
