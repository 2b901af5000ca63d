"""Details of a person: in the profile of a person who has one, else in the person's own row."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kini.people.persons.models import Person

if TYPE_CHECKING:
    from kini.people.models import Resident


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """Details of a person; what is not known is empty.

    Attributes:
        birth_date: the first day of the month or year where no more is known.
        birth_precision: of the birth date: "day", "month" or "year".
        sex: "female" or "male".
        phone: E.164.
        area: code of the area.
    """

    name: str = ""
    birth_date: date | None = None
    birth_precision: str = ""
    sex: str = ""
    phone: str = ""
    area: str = ""

    def __post_init__(self) -> None:
        precision = "" if self.birth_date is None else self.birth_precision or "day"
        object.__setattr__(self, "birth_precision", precision)
        if self.birth_date and precision != "day":
            month = self.birth_date.month if precision == "month" else 1
            object.__setattr__(self, "birth_date", date(self.birth_date.year, month, 1))


def has_profile(person: Person) -> bool:
    """True for a person with a profile."""
    return hasattr(person, "resident")


def details_of(person: Person) -> PersonDetails:
    """Return the details of a person (`select_related("resident")` spares a query)."""
    if has_profile(person):
        return details_of_profile(person.resident)
    return PersonDetails(
        person.name, person.birth_date, person.birth_precision, person.sex, person.phone, person.area_id or ""
    )


def details_of_profile(profile: "Resident") -> PersonDetails:
    """Return the details of a person with a profile."""
    return PersonDetails(profile.name, profile.birth_date, "", profile.sex, profile.phone, profile.area_id or "")
