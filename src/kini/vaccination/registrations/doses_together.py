"""Doses that go together on one day, as residents choose them, and which of them a site has."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from kini.people.models import Person
from kini.vaccination.campaigns.campaign_files import campaign_of
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.registrations import queries
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.queries import NOTHING_STATED, Statements
from kini.vaccination.sites import added_doses
from kini.web.formats import today

#: Name of the check boxes of further doses.
INPUT = "beside"


@dataclass(frozen=True, slots=True)
class Beside:
    """A dose that may be given on the day of another one.

    Attributes:
        due: on that day or soon; else it is possible, and better later.
        chosen: its box is ticked.
    """

    series: str
    name: str
    recommended: date | None
    due: bool
    chosen: bool


def chosen(typed: QueryDict) -> list[str]:
    """Return the series of the ticked boxes."""
    return [each[:60] for each in typed.getlist(INPUT)[:30]]


def beside(
    person: Person,
    campaign: Campaign,
    first: Eligibility,
    statements: Statements = NOTHING_STATED,
    typed: QueryDict | None = None,
    known: Collection[str] | None = None,
) -> list[Beside]:
    """Return the doses that may be given on the first day of a dose, beside it; those that are due before the others.

    Args:
        typed: form that was sent, whose boxes stay as they were.
        known: series that are taken together already; default: those that are due.
    """
    if first.earliest is None or len(campaign.series) == 1:
        return []
    day = first.earliest
    possible = queries.together_on(person, campaign, day, statements, first.series)
    ticked = set(chosen(typed)) if typed is not None else known
    rows = [
        Beside(
            each.series,
            campaign.dose_name(each.series, each.number or 1),
            each.recommended,
            queries.is_due(each, day),
            each.series in ticked if ticked is not None else queries.is_due(each, day),
        )
        for each in possible
        if each.series != first.series
    ]
    return sorted(rows, key=lambda each: not each.due)


@dataclass(frozen=True, slots=True)
class Group:
    """Registrations of one appointment, and what the rules say about each.

    Attributes:
        members: active, that of the place first.
    """

    members: list[Registration]
    eligibilities: list[Eligibility]

    @property
    def vaccines(self) -> list[str]:
        """Every vaccine that may be the one of the place."""
        return [option.vaccine for each in self.eligibilities for option in each.options]

    @property
    def first_day(self) -> date:
        """First day on which all of them may be given."""
        return max(each.earliest or today() for each in self.eligibilities)

    def at_sites(self, sites: Collection[str]) -> dict[str, list[Registration]]:
        """Return the registrations whose dose each site has. One query."""
        wanted = {each.options[0].vaccine: each.options[0].volume_ul for each in self.eligibilities if each.options}
        left = added_doses.doses_left(sites, wanted)
        pairs = list(zip(self.members, self.eligibilities, strict=True))
        return {
            site: [
                member
                for member, each in pairs
                # Its own added dose is free again when the appointment moves.
                if each.options and (each.options[0].vaccine in left[site] or _held_at(member, site))
            ]
            for site in sites
        }


def _held_at(member: Registration, site: str) -> bool:
    return member.added_dose is not None and member.added_dose.site_id == site


def group_of(lead: Registration, eligibility: Eligibility) -> Group:
    """Return the registrations that are taken together with one, itself included, whose eligibility is known."""
    members = queries.members_of(lead)
    others = [queries.eligibility_of_registration(each, today()) for each in members[1:]]
    return Group(members, [eligibility, *others])


def beside_registration(lead: Registration, first: Eligibility) -> list[Beside]:
    """Return the doses that may be taken together with a registration that waits."""
    known = [each.series for each in queries.members_of(lead)[1:]]
    rows = beside(lead.person, campaign_of(lead.campaign), first, queries.statements_of(lead), known=known)
    taken = queries.registrations().filter(person=lead.person, campaign=lead.campaign, state="booked")
    booked = set(taken.values_list("series", flat=True))
    return [each for each in rows if each.series not in booked]
