"""Series of doses: which vaccine may be the next dose, from which age, and how long after the dose before."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import Field, model_validator

from kini.core.config_files import KeyPath
from kini.core.dated_rules import DatedRules, SourcedRule
from kini.core.localized_text import Text
from kini.services.public import Id, StrictModel
from kini.vaccination.campaigns.span import Span


class Interval(StrictModel):
    """Time since the dose before.

    Attributes:
        min: never earlier.
        max: later doses count, but somebody who waits longer is reminded as overdue.
    """

    min: Span
    recommended: Span | None = None
    max: Span | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Interval":
        anchor = date(2001, 1, 1)
        days = [span.after(anchor) for span in (self.min, self.recommended, self.max) if span]
        if days != sorted(days):
            raise ValueError("min, recommended and max are in this order")
        return self


class ChoiceRule(SourcedRule):
    """A vaccine as a dose, in force from a day on.

    Attributes:
        volume_ul: of this dose, in microlitres; None: a full dose.
        min_age, recommended_age: first days, by age.
        below_age: never from this age on.
        groups: target groups that may have it; empty: all.
        interval: since the dose before; none for a first dose.
        withdrawn: no longer given, or not given again before a later rule.
    """

    until: date | None = None
    volume_ul: int | None = Field(default=None, ge=1)
    min_age: Span | None = None
    recommended_age: Span | None = None
    below_age: Span | None = None
    groups: tuple[Id, ...] = ()
    interval: Interval | None = None
    withdrawn: bool = False


class Choice(StrictModel):
    """A vaccine that may be a dose, after certain vaccines as the dose before (empty: any), for one sex or both."""

    vaccine: Id
    after: tuple[Id, ...] = ()
    sex: str = Field(default="", pattern="^(female|male)?$")
    rules: DatedRules[ChoiceRule] = Field(min_length=1)


class NotNeeded(SourcedRule):
    """Somebody whose dose before was late, or was of certain vaccines, does not need this dose nor later ones.

    Attributes:
        from_age: age at the dose before.
        below_age: age at the dose before.
    """

    from_age: Span | None = None
    below_age: Span | None = None
    after: tuple[Id, ...] = ()


class DoseStep(StrictModel):
    """A dose of a series."""

    name: Text
    choices: tuple[Choice, ...] = Field(min_length=1)
    not_needed: DatedRules[NotNeeded] = []


class Series(StrictModel):
    """Doses against one disease or group of diseases, in order; boosters are counted on.

    Attributes:
        kept: numbers of the doses that are kept at a site for somebody since it gave them the one before.
    """

    name: Text
    doses: tuple[DoseStep, ...] = Field(min_length=1)
    kept: tuple[int, ...] = (2,)

    @cached_property
    def vaccines(self) -> frozenset[str]:
        """Every vaccine of the series, also those that only other places give."""
        choices = [choice for dose in self.doses for choice in dose.choices]
        return frozenset(choice.vaccine for choice in choices) | {name for choice in choices for name in choice.after}

    def errors(self, vaccines: Mapping[str, Any], groups: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
        """Yield what the doses name that does not exist, and first doses with an interval: place and message."""
        for number in self.kept if "kept" in self.model_fields_set else ():
            if not 2 <= number <= len(self.doses):  # noqa: PLR2004 -- a first dose has none before it
                yield ("kept",), f"there is no dose {number} that follows another one"
        for number, dose in enumerate(self.doses):
            for index, choice in enumerate(dose.choices):
                place: KeyPath = ("doses", number, "choices", index)
                yield from unknown_names((*place, "vaccine"), [choice.vaccine], "vaccines", vaccines)
                yield from unknown_names((*place, "after"), choice.after, "vaccines", vaccines)
                for rule_index, rule in enumerate(choice.rules):
                    rule_place = (*place, "rules", rule_index)
                    yield from unknown_names((*rule_place, "groups"), rule.groups, "groups", groups)
                    if number == 0 and rule.interval:
                        yield (*rule_place, "interval"), "a first dose follows no other"
                    if number and not rule.interval and not rule.withdrawn:
                        yield rule_place, 'a later dose needs an "interval" since the one before'
                    known = vaccines.get(choice.vaccine)
                    if known and rule.volume_ul and rule.volume_ul > known.vial_ul:
                        yield (*rule_place, "volume_ul"), f"a vial has only {known.vial_ul} microlitres"
            for index, needless in enumerate(dose.not_needed):
                place = ("doses", number, "not_needed", index)
                yield from unknown_names((*place, "after"), needless.after, "vaccines", vaccines)
                if number == 0:
                    yield place, "a first dose follows no other"


class SpacingRule(SourcedRule):
    """Time between two vaccines that are not given on one day."""

    until: date | None = None
    apart: Span


class Spacing(StrictModel):
    """Vaccines of different series that are given on one day or some time apart; empty: all vaccines."""

    name: Text
    vaccines: tuple[Id, ...] = ()
    rules: DatedRules[SpacingRule] = Field(min_length=1)


def unknown_names(
    place: KeyPath, names: Iterable[str], section: str, known: Iterable[str]
) -> Iterator[tuple[KeyPath, str]]:
    """Yield an error for each name that a section does not have."""
    known = sorted(known)
    for name in names:
        if name not in known:
            yield place, f'"{name}" is none of the {section}: {", ".join(known)}'
