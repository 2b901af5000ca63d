"""Self-assessment of a disease: questions, points of the answers, and levels. Rules of a pack, dated as all of them."""

import math
from collections.abc import Collection, Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kini.core.config_files import KeyPath
from kini.core.dated_rules import SourcedRule
from kini.core.localized_text import Text
from kini.services.public import Id, Name, StrictModel

Points = Annotated[int, Field(ge=-10, le=20)]


class ScoredOption(StrictModel):
    """An answer to a question.

    Attributes:
        advice: added to the advice of the level.
    """

    name: Text
    points: Points = 0
    advice: Text | None = None


class AssessmentQuestion(StrictModel):
    """A question with one answer out of several."""

    label: Text
    hint: Text | None = None
    options: dict[Id, ScoredOption] = Field(min_length=2)


class AssessmentLevel(StrictModel):
    """A level of the result.

    Attributes:
        next_steps: what the page offers: services of `care_services`.
    """

    at_least: int
    name: Text
    tone: Literal["ok", "warn", "bad"]
    advice: tuple[Text, ...] = Field(min_length=1)
    next_steps: tuple[Literal["test", "isolation_support", "isolation_letter", "beds", "vaccination"], ...] = ()


class Emergency(StrictModel):
    """Result of a red flag: whom to call, and what to do until help comes."""

    phone: str = Field(pattern=r"^[0-9+][0-9 -]{1,18}$")
    advice: Text


class PointsModel(StrictModel):
    """Logistic model behind the points: probability with no points, and the factor of the odds for each point."""

    at_zero: float = Field(gt=0, lt=1)
    odds_per_point: float = Field(gt=1)

    def probability(self, points: float) -> float:
        """Return the probability that the model gives to these points."""
        odds = self.at_zero / (1 - self.at_zero) * self.odds_per_point**points
        return odds / (1 + odds) if math.isfinite(odds) else 1.0


class SelfAssessmentRules(SourcedRule):
    """Questions, points and levels in force from a day on. Red flags of the disease are asked first.

    Attributes:
        version: name of these rules, shown with each result.
        symptoms: points of the disease's symptoms that are asked.
        levels: three, by name, the lowest first; the first one begins at the fewest possible points.
    """

    version: str = Field(min_length=1, max_length=20)
    emergency: Emergency
    symptoms: dict[Id, Points] = Field(min_length=1)
    questions: dict[Name, AssessmentQuestion] = {}
    levels: dict[Id, AssessmentLevel] = Field(min_length=3, max_length=3)
    model: PointsModel | None = None

    @model_validator(mode="after")
    def _levels_rise(self) -> "SelfAssessmentRules":
        limits = [level.at_least for level in self.levels.values()]
        if limits != sorted(set(limits)):
            raise ValueError("each level begins at more points than the one before")
        if limits[0] > self.fewest_points or limits[-1] > self.most_points:
            raise ValueError(
                f"answers give {self.fewest_points} to {self.most_points} points: "
                "the first level begins at the fewest at most, and the last one can be reached"
            )
        return self

    @property
    def fewest_points(self) -> int:
        """The fewest points that answers can give."""
        return sum(min(0, each) for each in self.symptoms.values()) + sum(
            min(option.points for option in each.options.values()) for each in self.questions.values()
        )

    @property
    def most_points(self) -> int:
        """The most points that answers can give."""
        return sum(max(0, each) for each in self.symptoms.values()) + sum(
            max(option.points for option in each.options.values()) for each in self.questions.values()
        )

    def errors(self, symptoms: Collection[str], red_flags: Collection[str]) -> Iterator[tuple[KeyPath, str]]:
        """Yield contradictions to the rest of the disease: place and message."""
        for name in self.symptoms:
            if name in red_flags:
                yield ("symptoms", name), f'"{name}" is a red flag: it is asked first and gives no points'
            elif name not in symptoms:
                yield ("symptoms", name), f'"{name}" is none of symptoms: {", ".join(sorted(symptoms))}'


class CareServices(StrictModel):
    """Services of the pack that pages about the disease lead to."""

    self_assessment: Id | None = None
    test: Id | None = None
    vaccination: Id | None = None
    isolation_support: Id | None = None
    isolation_letter: Id | None = None
    beds: Id | None = None
