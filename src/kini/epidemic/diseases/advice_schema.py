"""Advice by level of the situation, and measures by kind of venue: the section `advice` of a disease's file."""

from collections.abc import Collection, Iterator
from datetime import date

from pydantic import Field

from kini.core.config_files import KeyPath
from kini.core.dated_rules import SourcedRule
from kini.core.localized_text import Text
from kini.services.public import Id, StrictModel


class LevelAdvice(StrictModel):
    """Meaning of a level for a resident.

    Attributes:
        measures: rule by kind of venue (`venues.kinds`).
    """

    means: Text
    advice: tuple[Text, ...] = Field(min_length=1)
    measures: dict[Id, Text] = {}


class AdviceRule(SourcedRule):
    """Advice in force from a day on, by level."""

    until: date | None = None
    levels: dict[int, LevelAdvice] = Field(min_length=1)

    def errors(self, kinds: Collection[str]) -> Iterator[tuple[KeyPath, str]]:
        """Yield measures of kinds of venue that the disease does not have: place and message."""
        for level, each in self.levels.items():
            for kind in each.measures:
                if kind not in kinds:
                    known = ", ".join(sorted(kinds)) or "none"
                    yield ("levels", level, "measures", kind), f'"{kind}" is no kind of venue; there are: {known}'
