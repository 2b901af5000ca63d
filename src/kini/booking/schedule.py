"""Typed options of a booking service (`booking:` in its file): venues, hours, capacity, quotas, lead times."""

from datetime import date, time
from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from kini.booking.models import EVERYBODY, WALK_IN
from kini.city.public import WEEKDAYS, Span, Week
from kini.core.dated_rules import DatedRules, SourcedRule, rule_in_force
from kini.core.localized_text import Text
from kini.services.public import Id, Name, StrictModel, resolve_bound


class Hours(Week):
    """Opening hours by weekday; a day without spans is closed."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for day in WEEKDAYS:
            edges = [edge for span in getattr(self, day) for edge in span]
            if edges != sorted(set(edges)):
                raise ValueError(
                    _('%(day)s: write spans in order, each as "07:30-12:00", none over midnight') % {"day": day}
                )
        return self


class ScheduleException(StrictModel):
    """Days with other hours; without `hours` it is closed.

    Attributes:
        from_: first day; `until` is the last one (default: the same).
        venue: only at that unit or place.
    """

    from_: date = Field(alias="from")
    until: date | None = None
    venue: str | None = None
    hours: tuple[Span, ...] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.until and self.until < self.from_:
            raise ValueError(
                _("it ends on %(until)s, before it begins; correct one of the dates") % {"until": self.until}
            )
        return self

    def holds(self, day: date, venue: str) -> bool:
        return self.from_ <= day <= (self.until or self.from_) and self.venue in (None, venue)


class QuotaGroup(StrictModel):
    """Places reserved for a group of people.

    Attributes:
        letter: first letter of their queue numbers.
        from_age: minimum age in years; people with a younger profile book from the general quota.
    """

    name: Text
    places: int = Field(ge=1)
    letter: str = Field(pattern="^[A-Z]$")
    from_age: int | None = Field(default=None, ge=1, le=120)


class Resource(StrictModel):
    """One of several separately booked things at a venue: a ward, a court. Defaults are those of the service."""

    name: Text
    capacity: int | None = Field(default=None, ge=1)
    hours: Hours | None = None
    venues: list[str] = Field(default=[], description="Only at these units or places; empty: at all.")


class WaitingRoomOptions(StrictModel):
    """Waiting room: above this demand visitors get a number and are admitted by lot, batch by batch."""

    admit: int = Field(ge=1, description="How many are let in within a window.")
    seconds: int = Field(default=60, ge=10, le=3600, description="Length of a window.")


class WaitingListOptions(StrictModel):
    """Waiting list: free places are offered in order of arrival."""

    offer_minutes: int = Field(default=120, ge=5, description="How long an offer holds.")


class NoShowRule(SourcedRule):
    """Rule for no-shows, valid from a day on.

    Attributes:
        after_minutes: minutes after the end of the slot until a booking counts as missed; only on days on which others
            were checked in.
        times: number of missed bookings `within_days` that blocks new ones for `pause_days` after the last; None:
            never.
    """

    after_minutes: int = Field(default=60, ge=0, le=2880)
    times: int | None = Field(default=None, ge=1, le=20)
    within_days: int = Field(default=90, ge=1, le=366)
    pause_days: int = Field(default=30, ge=1, le=366)


class BookingOptions(StrictModel):
    """Options of a booking service (`booking:` in its file).

    Attributes:
        level: it is given by the agency's units of that level of areas; `place`: at the places of that kind.
        every: length of a slot in minutes; left out, a span of the hours is one slot.
        capacity: places in a slot, those of the groups among them.
        groups: shares kept for groups of people; "walk-in" is for those who come without a booking.
        resource, group, party: questions that say which resource one wants and of which group one is (options named as
            those are), and for how many people.
        comes_to: questions for an address to which the city comes at that time, instead of people to a venue; the first
            one that was answered says where, and which unit comes.
        most: people in one booking at most.
        days: how many days ahead one can book.
        lead_hours: at the latest so long before; `lead_days`: so many days before (1: the day before).
        once: the same person books once in that time.
        holidays: also on public holidays and days of collective leave.
        opens: the time of day at which one more day can be booked; left out, at midnight.
    """

    level: Id | None = None
    place: Id | None = None
    resources: dict[Id, Resource] = {}
    hours: Hours
    every: int | None = Field(default=None, ge=5, le=1440)
    capacity: int = Field(ge=1, le=100_000)
    groups: dict[Id, QuotaGroup] = {}
    resource: Name | None = None
    group: Name | None = None
    party: Name | None = None
    comes_to: list[Name] = []
    most: int = Field(default=1, ge=1, le=100)
    days: int = Field(default=14, ge=1, le=120)
    lead_hours: int = Field(default=0, ge=0)
    lead_days: int = Field(default=0, ge=0)
    hold_minutes: int = Field(default=10, ge=2, le=60)
    once: Literal["day", "week", "month", "year", "ever"] = "day"
    holidays: bool = False
    opens: time | None = None
    exceptions: list[ScheduleException] = []
    waiting_list: WaitingListOptions | None = WaitingListOptions()
    rush: WaitingRoomOptions | None = None
    missed: DatedRules[NoShowRule] = []
    confidence: Annotated[Literal["high", "medium", "low"], Field(description="How sure hours and numbers are.")] = (
        "low"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.level is None) == (self.place is None):
            raise ValueError(_('say where: either "level" (units of the agency) or "place" (a kind of places.csv)'))
        least = min([self.capacity, *(r.capacity for r in self.resources.values() if r.capacity)])
        if (reserved := sum(group.places for group in self.groups.values())) > least:
            raise ValueError(
                _("the groups have %(reserved)s places together, more than the capacity of %(least)s")
                % {"reserved": reserved, "least": least}
            )
        if bool(self.resources) != bool(self.resource):
            raise ValueError(_('name the question with which one chooses among the resources: "resource"'))
        if self.most > 1 and not self.party:
            raise ValueError(_('name the question with the number of people: "party"'))
        return self

    def quotas(self, capacity: int) -> dict[str, int]:
        """Places by group; what is kept for no group is everybody's."""
        reserved = {name: group.places for name, group in self.groups.items()}
        return {EVERYBODY: capacity - sum(reserved.values())} | reserved

    def groups_for(self, group: str) -> list[str]:
        """The quotas that somebody may take from, their own first. Walk-ins keep to theirs where there is one."""
        if group == WALK_IN and WALK_IN in self.groups:
            return [WALK_IN]
        return [group, EVERYBODY] if group in self.groups else [EVERYBODY]

    def group_of(self, named: str, born: date | None, on: date) -> str:
        """The group of which somebody says they are, unless it is for an age that they do not have."""
        group = self.groups.get(named)
        young = group and group.from_age and born and born > resolve_bound(f"today-{group.from_age}y", on)
        return EVERYBODY if young else named

    def letter(self, group: str) -> str:
        return self.groups[group].letter if group in self.groups else "A"

    def missed_on(self, day: date) -> NoShowRule | None:
        """The rule of that day for those who do not come."""
        return rule_in_force(self.missed, day)
