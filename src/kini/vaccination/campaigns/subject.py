"""People as the rules of a campaign see them: without names, with a birth date of a known precision."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.span import Span


@dataclass(frozen=True, slots=True)
class Subject:
    """Facts that decide.

    Attributes:
        birth_date: its first possible day, where only the month or year is known.
        sex: "female", "male", or "" when it is not known.
        groups: target groups by proof, beside those by age.
        resident: lives in the city.
        recovered_on: from the campaign's disease, with `severity`; "" when that is not known.
        contraindications: ids of the campaign that were confirmed for this person.
    """

    birth_date: date | None
    birth_precision: str = "day"
    sex: str = ""
    groups: frozenset[str] = frozenset()
    resident: bool = True
    recovered_on: date | None = None
    severity: Literal["", "mild", "severe"] = ""
    contraindications: frozenset[str] = frozenset()

    @property
    def last_birth_date(self) -> date | None:
        """The last possible day of birth: nobody gets a vaccine too young because a day is not known."""
        match self.birth_date, self.birth_precision:
            case date() as born, "year":
                return born.replace(month=12, day=31)
            case date() as born, "month":
                return born.replace(day=monthrange(born.year, born.month)[1])
            case born, _:
                return born

    def surely_from(self, age: Span) -> date:
        """Return the first day on which the person is of an age for sure. The birth date is known."""
        return age.after(self.last_birth_date or date.max)

    def perhaps_from(self, age: Span) -> date:
        """Return the first day on which the person may be of an age. The birth date is known."""
        return age.after(self.birth_date or date.max)

    def groups_on(self, campaign: Campaign, day: date) -> Iterator[str]:
        """Yield the target groups of a day, in the order of the file; with an unknown day of birth, every possible one.

        The order of groups is no matter of safety, so that the doubt is in favour of the person.
        """
        for name, group in campaign.groups.items():
            of_age = (
                group.by_age
                and self.birth_date is not None
                and (group.from_age is None or self.perhaps_from(group.from_age) <= day)
                and (group.below_age is None or day < self.surely_from(group.below_age))
            )
            if of_age or name in self.groups:
                yield name

    def birthdays(self, campaign: Campaign) -> Iterator[date]:
        """Yield the days on which the groups by age change."""
        if self.birth_date is None:
            return
        for group in campaign.groups.values():
            if group.from_age:
                yield self.perhaps_from(group.from_age)
            if group.below_age:
                yield self.surely_from(group.below_age)


@dataclass(frozen=True, slots=True)
class GivenDose:
    """A dose that the person had."""

    vaccine: str
    number: int
    given_on: date
