"""Colour of a person's health status on a day. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kini.core.dated_rules import rule_in_force
from kini.vaccination.status.status_file import ColourRule, Condition, StatusFile, StatusVersion


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts about a person on a day; what is not known is None.

    Attributes:
        doses: vaccines of the standing doses.
        positive_on: day of the latest positive specimen or illness.
        contact_on: day of the latest exposure as a contact.
        negatives: tests of the disease with the days of their negative specimens.
    """

    age: int | None = None
    doses: tuple[str, ...] = ()
    positive_on: date | None = None
    contact_on: date | None = None
    recovered_on: date | None = None
    negatives: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """A colour, with the rule that decided and the version that it is of."""

    rule: ColourRule
    version: StatusVersion

    @property
    def colour(self) -> str:
        return self.rule.colour

    @property
    def sentence(self) -> str:
        return str(self.rule.because)

    @property
    def is_refused(self) -> bool:
        """True when venues do not admit this colour."""
        return self.rule.colour in self.version.refuse


def status(file: StatusFile, facts: Facts, day: date) -> Status | None:
    """Colour on a day; None before the first version."""
    version = rule_in_force(file.versions, day)
    if version is None:
        return None
    doses = len(facts.doses) + any(vaccine in file.single_dose for vaccine in facts.doses)
    return Status(next(rule for rule in version.rules if _holds(rule.when, facts, doses, day)), version)


def _holds(when: Condition, facts: Facts, doses: int, day: date) -> bool:
    return all(_parts(when, facts, doses, day))


def _parts(when: Condition, facts: Facts, doses: int, day: date) -> Iterable[bool]:
    # Of somebody whose age is not known the rules of adults hold.
    age = 18 if facts.age is None else facts.age
    yield when.from_age is None or age >= when.from_age
    yield when.below_age is None or age < when.below_age
    yield when.doses is None or doses >= when.doses
    yield when.positive_within_days is None or _is_within(facts.positive_on, when.positive_within_days, day)
    yield when.contact_within_days is None or _is_within(facts.contact_on, when.contact_within_days, day)
    yield when.recovered_within_days is None or _is_within(facts.recovered_on, when.recovered_within_days, day)
    within = when.negative_within_days
    yield not within or any(_is_within(taken, within.get(test, 0), day) for test, taken in facts.negatives)


def _is_within(since: date | None, days: int, day: date) -> bool:
    return since is not None and 0 <= (day - since).days < days
