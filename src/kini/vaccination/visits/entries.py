"""Entries of a visit, as forms and phones send them: one schema for both."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, field_validator

from kini.people.public import PersonDetails
from kini.services.public import StrictModel
from kini.vaccination.doses.rules import EARLIEST
from kini.web.formats import today

type Short = Annotated[str, Field(max_length=240)]


class WalkIn(StrictModel):
    """Somebody without an appointment, as on their card; a number is not needed.

    Attributes:
        area: code of the residence in the city; "": elsewhere, or not known.
    """

    name: str = Field(min_length=2, max_length=120)
    birth_date: date | None = None
    birth_precision: Literal["", "day", "month", "year"] = ""
    sex: Literal["", "female", "male"] = ""
    phone: str = Field(default="", max_length=20)
    national_id: str = Field(default="", max_length=30)
    area: str = Field(default="", max_length=20)

    @field_validator("birth_date")
    @classmethod
    def _of_a_life(cls, born: date | None) -> date | None:
        """Refuse a birth date of nobody who lives: a phone does not check what is typed."""
        if born and not EARLIEST <= born <= today():
            raise ValueError("not the birth date of somebody who lives")
        return born

    @property
    def details(self) -> PersonDetails:
        phone = "".join(each for each in self.phone if each.isdigit() or each == "+")
        return PersonDetails(self.name, self.birth_date, self.birth_precision, self.sex, phone, self.area)


class VisitEntry(StrictModel):
    """A visit, as far as it has come: arrival alone, or with comparison, screening and outcome.

    Attributes:
        uuid: of the visit, and of its dose.
        part_of: the visit at which this further dose is given.
        more_follow: further doses of the visit follow in entries of their own; its appointment ends with the last one.
        booking: reference; "": a walk-in, or somebody who is checked in.
        answers: of the screening, by id of the question.
        lot: key of `Lot`.
        despite: why the vaccinator went on where the rules say otherwise.
        reason: why no dose was given.
        at: moment of arrival, or of the injection.
        reacted_before: the person told of a reaction to an earlier vaccine, and stays longer.
    """

    kind: Literal["visit"] = "visit"
    uuid: UUID
    part_of: UUID | None = None
    more_follow: bool = False
    campaign: str = Field(max_length=60)
    booking: str = Field(default="", max_length=30)
    walk_in: WalkIn | None = None
    identity: Literal["", "same", "similar", "no-document"] = ""
    identity_reason: Short = ""
    answers: dict[str, bool | float] | None = None
    outcome: Literal["", "given", "not-done"] = ""
    vaccine: str = Field(default="", max_length=60)
    lot: int | None = None
    despite: Short = ""
    reason: Short = ""
    at: AwareDatetime
    reacted_before: bool = False

    def at_most(self, now: datetime) -> datetime:
        """Moment of the entry; a phone whose clock is fast does not lie in the future."""
        return min(self.at, now)


class LeaveEntry(StrictModel):
    """Somebody went: after the observation, or before a dose."""

    kind: Literal["leave"]
    uuid: UUID
    visit: UUID
    at: AwareDatetime


class EventEntry(StrictModel):
    """An adverse event that was seen at the site."""

    kind: Literal["event"]
    uuid: UUID
    visit: UUID
    severity: Literal["mild", "moderate", "serious", "death"]
    signs: str = Field(min_length=2, max_length=1000)
    measures: str = Field(default="", max_length=1000)
    referred_to: str = Field(default="", max_length=160)
    at: AwareDatetime


type Entry = Annotated[VisitEntry | LeaveEntry | EventEntry, Field(discriminator="kind")]
