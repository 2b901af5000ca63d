"""Questions before a dose, contraindications, and the meaning of each answer."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, model_validator

from kini.core.config_files import KeyPath
from kini.core.dated_rules import DatedRules, SourcedRule
from kini.core.localized_text import Text
from kini.services.public import Id, StrictModel
from kini.vaccination.campaigns.dose_schema import unknown_names
from kini.vaccination.campaigns.span import Span


class ScreeningResult(StrEnum):
    """Result of an answer, and of a whole screening: the most serious one counts."""

    GO_ON = "go-on"
    ASK_DOCTOR = "ask-doctor"
    DEFER = "defer"
    REFUSE = "refuse"


class ContraindicationRule(SourcedRule):
    """Vaccines that must not be given; empty: all of the campaign."""

    vaccines: tuple[Id, ...] = ()
    because: Text


class Contraindication(StrictModel):
    """A lasting reason against vaccines."""

    name: Text
    rules: DatedRules[ContraindicationRule] = Field(min_length=1)


class Meaning(StrictModel):
    """Meaning of an answer.

    Attributes:
        wait: when deferred, so long from the day of the screening.
        contraindication: the lasting reason that it shows.
        vaccines: those concerned; empty: all.
    """

    result: ScreeningResult
    wait: Span | None = None
    contraindication: Id | None = None
    vaccines: tuple[Id, ...] = ()
    because: Text

    @model_validator(mode="after")
    def _whole(self) -> "Meaning":
        if (self.result == ScreeningResult.DEFER) != (self.wait is not None):
            raise ValueError('"wait" says until when an answer defers, and nothing else')
        return self


class Question(StrictModel):
    """A question, answered with yes or no, or with a number.

    Attributes:
        link_id: item of the Ministry's questionnaire, for exchange.
        sex, from_age, below_age: whom it is asked.
        yes, no: meanings of these answers; without one the answer goes on.
        under, over: limits of a number; `outside` is the meaning of one beyond them.
    """

    text: Text
    hint: Text | None = None
    kind: Literal["yes-no", "number"] = "yes-no"
    link_id: str = ""
    unit: str = ""
    sex: str = Field(default="", pattern="^(female|male)?$")
    from_age: Span | None = None
    below_age: Span | None = None
    yes: Meaning | None = None
    no: Meaning | None = None
    at_least: float | None = None
    at_most: float | None = None
    outside: Meaning | None = None

    @property
    def meanings(self) -> dict[str, Meaning]:
        """Meanings by their key in the file."""
        known = {"yes": self.yes, "no": self.no, "outside": self.outside}
        return {key: meaning for key, meaning in known.items() if meaning}


class Screening(SourcedRule):
    """Questions in force from a day on, in their order."""

    questions: dict[Id, Question] = Field(min_length=1)

    def errors(
        self, vaccines: Mapping[str, Any], contraindications: Mapping[str, Any]
    ) -> Iterator[tuple[KeyPath, str]]:
        """Yield names that do not exist, and questions whose kind does not fit: place and message."""
        for name, question in self.questions.items():
            place: KeyPath = ("questions", name)
            limits = question.at_least is not None or question.at_most is not None
            if (question.kind == "number") != (limits and question.outside is not None):
                yield place, 'a number has limits and "outside"; a question with yes or no has neither'
            if question.kind == "number" and (question.yes or question.no):
                yield place, '"yes" and "no" are answers of questions with yes or no'
            for key, meaning in question.meanings.items():
                yield from unknown_names((*place, key, "vaccines"), meaning.vaccines, "vaccines", vaccines)
                if meaning.contraindication:
                    names = [meaning.contraindication]
                    lasting = (*place, key, "contraindication")
                    yield from unknown_names(lasting, names, "contraindications", contraindications)
