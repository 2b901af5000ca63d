"""The typed schema of the pack's diseases/NAME.yaml. Its larger sections have modules of their own beside this one."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kini.core.config_files import KeyPath
from kini.core.dated_rules import DatedRules, SourcedRule
from kini.core.localized_text import Text
from kini.epidemic.diseases.advice_schema import AdviceRule
from kini.epidemic.diseases.level_schema import Surveillance
from kini.epidemic.diseases.self_assessment_schema import CareServices, SelfAssessmentRules
from kini.epidemic.diseases.tracing_schema import Tracing, VectorControl
from kini.epidemic.diseases.venue_schema import Venues
from kini.services.public import Id, StrictModel, When

Days = Annotated[int, Field(ge=0, le=400)]


class Classification(StrEnum):
    """Certainty that a person has the disease, as in case definitions of WHO."""

    SUSPECTED = "suspected"
    PROBABLE = "probable"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"


class Symptom(StrictModel):
    """A sign or symptom that a case record and a self-assessment may have.

    Attributes:
        snomed: SNOMED CT code, for exchange.
        red_flag: needs help at once.
    """

    name: Text
    snomed: str = ""
    red_flag: bool = False


class Exposure(StrictModel):
    """A sort of exposure before the illness: contact with a case, travel, a venue ..."""

    name: Text
    elsewhere: bool = Field(default=False, description="Makes a case an imported one: infected outside the city.")


class Test(StrictModel):
    """A laboratory test.

    Attributes:
        loinc: codes of its Observations.
        results: possible results; the first one is the positive one.
    """

    name: Text
    loinc: tuple[str, ...] = ()
    specimens: tuple[str, ...] = ()
    results: tuple[Id, ...] = ("positive", "negative", "inconclusive")


class Outcome(StrictModel):
    """An outcome of the illness. `death`: counted as a death of the disease."""

    name: Text
    death: bool = False


class Criterion(StrictModel):
    """A named criterion of case definitions: at least so many of these symptoms."""

    at_least: int = Field(ge=1)
    of: tuple[Id, ...]


class DefinitionRule(StrictModel):
    """A rule of a case definition.

    Attributes:
        when: condition on the facts of a record: `symptoms`, `exposures`, `tests` ("pcr-positive"), `outcome`,
            `admitted`, and each criterion of the disease by its name.
        because: the reason, shown beside the classification.
    """

    classify_as: Classification = Field(alias="as")
    when: When
    because: Text


class CaseDefinition(SourcedRule):
    """Case definition in force from a day on: the first rule whose condition is met decides."""

    rules: tuple[DefinitionRule, ...] = Field(min_length=1)


class Interval(StrictModel):
    """Distribution of a time between two events, in days."""

    mean: float = Field(gt=0)
    sd: float = Field(gt=0)
    source: str = ""


class Incubation(StrictModel):
    """Days from infection to onset."""

    shortest: Days
    longest: Days
    usual: Days

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.shortest <= self.usual <= self.longest:
            raise ValueError("shortest, usual and longest are in this order")
        return self


class Infectious(StrictModel):
    """Days in which a case infects others, counted from onset (or from the first positive specimen without one)."""

    before: Days
    after: Days


class Notification(StrictModel):
    """Duty to notify: which classifications, to whom, within how many hours."""

    classifications: tuple[Classification, ...] = Field(min_length=1)
    to: Text
    within_hours: int = Field(ge=1, le=720)
    law: str = ""


class Reinfection(StrictModel):
    """A positive result after so many days begins another episode of the same person."""

    after_days: Days


class Disease(StrictModel):
    """A disease: case definitions, times, tests, outcomes and what is done about it.

    Attributes:
        spread: "person" to trace contacts, "vector" to visit houses and breeding places instead.
        serial_interval: days from the onset of a case to the onsets of those whom it infects.
        wards: sorts of beds in which its cases lie (`isolation`, `icu`).
    """

    name: Text
    about: Text
    icd10: tuple[str, ...] = ()
    spread: Literal["person", "vector"]
    incubation: Incubation
    infectious: Infectious | None = None
    serial_interval: Interval
    symptoms: dict[Id, Symptom]
    exposures: dict[Id, Exposure] = {}
    tests: dict[Id, Test] = {}
    outcomes: dict[Id, Outcome]
    wards: dict[Id, Text] = {}
    criteria: dict[Id, Criterion] = {}
    definitions: DatedRules[CaseDefinition] = Field(min_length=1)
    reinfection: Reinfection | None = None
    notification: tuple[Notification, ...] = ()
    self_assessment: DatedRules[SelfAssessmentRules] = []
    care_services: CareServices = CareServices()
    advice: DatedRules[AdviceRule] = []
    surveillance: Surveillance = Surveillance()
    figures_service: str = Field(default="", description="Information service whose page leads to the figures.")
    tracing: Tracing | None = None
    vector_control: VectorControl | None = None
    venues: Venues | None = None
    sources: tuple[str, ...] = Field(min_length=1)

    @property
    def test_facts(self) -> frozenset[str]:
        """Facts that test results give: "pcr-positive" ..."""
        return frozenset(f"{name}-{result}" for name, test in self.tests.items() for result in test.results)

    @property
    def red_flags(self) -> dict[str, Symptom]:
        """Symptoms that need help at once."""
        return {name: symptom for name, symptom in self.symptoms.items() if symptom.red_flag}

    def errors(self) -> Iterator[tuple[KeyPath, str]]:
        """Yield what its sections say that contradicts another section: place and message."""
        if self.spread == "person" and self.infectious is None:
            yield ("spread",), 'a disease that persons spread needs "infectious"'
        if self.tracing:
            for place, message in self.tracing.errors(self.symptoms, self.test_facts):
                yield ("tracing", *place), message
        for name, criterion in self.criteria.items():
            yield from unknown_names(("criteria", name, "of"), criterion.of, "symptoms", self.symptoms)
            if criterion.at_least > len(criterion.of):
                yield ("criteria", name, "at_least"), f"only {len(criterion.of)} symptoms are named"
        for number, definition in enumerate(self.definitions):
            for index, rule in enumerate(definition.rules):
                yield from self.condition_errors(("definitions", number, "rules", index, "when"), rule.when)
        for number, advice in enumerate(self.advice):
            for place, message in advice.errors(self.venues.kinds if self.venues else ()):
                yield ("advice", number, *place), message
        for number, rules in enumerate(self.self_assessment):
            for place, message in rules.errors(self.symptoms, self.red_flags):
                yield ("self_assessment", number, *place), message
        yield from self.surveillance.errors()
        if self.venues:
            yield from ((("venues", *place), message) for place, message in self.venues.errors())
            if self.infectious is None:
                yield ("venues",), 'visitors can be warned only of a disease with "infectious"'

    def condition_errors(self, place: KeyPath, when: When) -> Iterator[tuple[KeyPath, str]]:
        """Yield the errors of a condition on a record's facts."""
        known: dict[str, Iterable[str]] = {
            "symptoms": self.symptoms,
            "exposures": self.exposures,
            "tests": self.test_facts,
            "outcome": self.outcomes,
        }
        for name, value in when.wanted():
            if name in known:
                yield from unknown_names(place, [value], name, known[name])
            elif name not in self.criteria and name != "admitted":
                facts = ", ".join([*known, "admitted", *self.criteria])
                yield place, f'"{name}" is no fact of a record; there are: {facts}'


def unknown_names(
    place: KeyPath, names: Iterable[str], section: str, known: Iterable[str]
) -> Iterator[tuple[KeyPath, str]]:
    """Yield an error for each name that a section does not have."""
    known = set(known)
    for name in names:
        if name not in known:
            yield place, f'"{name}" is none of {section}: {", ".join(sorted(known))}'
