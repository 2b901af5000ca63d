"""Calendar spans as written in the pack: "28 days", "6 weeks", "9 months", "18 years"."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Annotated

from django.utils.translation import ngettext
from pydantic import Field, RootModel


class Span(RootModel[Annotated[str, Field(pattern=r"^\d{1,3} (day|week|month|year)s?$")]]):
    """A number of days, weeks, months or years."""

    @property
    def amount(self) -> int:
        return int(self.root.split()[0])

    @property
    def unit(self) -> str:
        return self.root.split()[1].rstrip("s")

    def after(self, day: date) -> date:
        """Return the day that is so much later.

        A day that its month lacks becomes the first of the next month, so that nothing happens too early: three months
        after 30 November is 1 March; who was born on 29 February is of age on 1 March.
        """
        if self.unit in ("day", "week"):
            return day + timedelta(days=self.amount * (7 if self.unit == "week" else 1))
        months = day.month - 1 + self.amount * (12 if self.unit == "year" else 1)
        year, month = day.year + months // 12, months % 12 + 1
        if day.day > monthrange(year, month)[1]:
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
