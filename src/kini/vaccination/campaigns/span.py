"""Calendar spans as written in the pack: "28 days", "6 weeks", "9 months", "18 years"."""

from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from typing import Annotated

from django.utils.translation import ngettext
from pydantic import Field, RootModel

#: Days that every month has.
SHORTEST = 28


@cache
def _parts(words: str) -> tuple[int, str]:
    """Return the amount and unit of "3 months"."""
    amount, unit = words.split()
    return int(amount), unit.rstrip("s")


class Span(RootModel[Annotated[str, Field(pattern=r"^\d{1,3} (day|week|month|year)s?$")]]):
    """A number of days, weeks, months or years."""

    @property
    def amount(self) -> int:
        return _parts(self.root)[0]

    @property
    def unit(self) -> str:
        return _parts(self.root)[1]

    def after(self, day: date) -> date:
        """Return the day that is so much later.

        A day that its month lacks becomes the first of the next month, so that nothing happens too early: three months
        after 30 November is 1 March; who was born on 29 February is of age on 1 March.
        """
        amount, unit = _parts(self.root)
        if unit in ("day", "week"):
            return day + timedelta(days=amount * (7 if unit == "week" else 1))
        months = day.month - 1 + amount * (12 if unit == "year" else 1)
        year, month = day.year + months // 12, months % 12 + 1
        if day.day > SHORTEST and day.day > monthrange(year, month)[1]:
            return date(year + month // 12, month % 12 + 1, 1)
        return date(year, month, day.day)

    def __str__(self) -> str:
        """Words in the active language."""
        match self.unit:
            case "day":
                words = ngettext("%(number)s day", "%(number)s days", self.amount)
            case "week":
                words = ngettext("%(number)s week", "%(number)s weeks", self.amount)
            case "month":
                words = ngettext("%(number)s month", "%(number)s months", self.amount)
            case _:
                words = ngettext("%(number)s year", "%(number)s years", self.amount)
        return words % {"number": self.amount}
