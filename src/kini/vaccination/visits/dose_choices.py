"""Doses of one visit, as the desk offers them: those of the appointment, and what else may be given today."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid5

from django.utils.translation import gettext as _

from kini.booking.models import Booking
from kini.core.ids import parse_pk
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.vaccination.campaigns.campaign_files import campaign_of, vaccine_name
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.registrations import queries as registration_queries
from kini.vaccination.sites.models import Site
from kini.vaccination.visits import queries, safety_checks
from kini.vaccination.visits.entries import VisitEntry
from kini.vaccination.visits.models import Visit
from kini.vaccination.visits.queries import UsableLot
from kini.vaccination.visits.refusals import LOT, VisitRefused
from kini.web.formats import today

#: Value of a dose that is not given.
NOT_GIVEN = "no"


@dataclass(frozen=True, slots=True)
class DoseChoice:
    """A dose that may be given beside the others, with the lots at the site.

    Attributes:
        booked: of the appointment.
        typed: "VACCINE/LOT", `NOT_GIVEN`, or "" where nothing was chosen.
    """

    series: str
    name: str
    eligibility: Eligibility
    lots: list[UsableLot]
    booked: bool
    typed: str

    @property
    def input(self) -> str:
        return f"lot-{self.series}"

    @property
    def values(self) -> list[tuple[str, str, UsableLot, bool]]:
        """Value, vaccine, lot, and whether it is chosen: the lot to be used first, of a dose of the appointment."""
        values = [f"{each.lot.vaccine}/{each.lot.pk}" for each in self.lots]
        chosen = self.typed or (values[0] if self.booked and values else NOT_GIVEN)
        return [
            (value, vaccine_name(each.lot.vaccine), each, value == chosen)
            for value, each in zip(values, self.lots, strict=True)
        ]

    @property
    def is_left_out(self) -> bool:
        return not any(chosen for *_lot, chosen in self.values)


def choices_of(visit: Visit, typed: Mapping[str, str]) -> list[DoseChoice]:
    """Return the doses that may be given together at a visit today; empty where there is one at most."""
    return choices_for(visit.site, visit.person, visit.campaign, visit.booking, typed)


def choices_for(
    site: Site, person: Person, campaign_name: str, booking: Booking | None, typed: Mapping[str, str]
) -> list[DoseChoice]:
    """Return the doses that somebody may get together today; empty where there is one at most.

    Those of the appointment come first; others only if the site has their vaccine.
    """
    campaign = campaign_of(campaign_name)
    if len(campaign.series) == 1:
        return []
    registration = queries.registration_of(booking)
    members = registration_queries.members_of(registration) if registration else []
    booked = [each.series for each in members if each.state == "booked"]
    statements = safety_checks.statements_of(person, registration)
    first = booked[0] if booked else ""
    possible = registration_queries.together_on(people_queries.root_of(person), campaign, today(), statements, first)
    lots: dict[str, list[UsableLot]] = {}
    for each in queries.usable_lots(site, today()):
        lots.setdefault(each.lot.vaccine, []).append(each)
    rows = [
        DoseChoice(
            each.series,
            campaign.dose_name(each.series, each.number or 1),
            each,
            [lot for option in each.options for lot in lots.get(option.vaccine, [])],
            each.series in booked,
            typed.get(f"lot-{each.series}", ""),
        )
        for each in possible
    ]
    rows = [each for each in rows if each.booked or each.lots]
    return sorted(rows, key=lambda each: not each.booked) if len(rows) > 1 else []


def entries_of(visit: Visit, choices: list[DoseChoice], whole: VisitEntry) -> list[VisitEntry]:
    """Return the entries of a form: doses that are given, then those of the appointment that are not.

    Args:
        whole: comparison, answers, reasons and outcome of the visit.

    Raises:
        VisitRefused: no lot was chosen though doses were given.
    """
    entries = []
    for each in choices:
        vaccine, _slash, lot = each.typed.partition("/")
        if whole.outcome == "given" and parse_pk(lot):
            entries.append(whole.model_copy(update={"vaccine": vaccine, "lot": parse_pk(lot)}))
        elif each.booked:
            vaccine = each.eligibility.options[0].vaccine
            entries.append(whole.model_copy(update={"vaccine": vaccine, "lot": None, "outcome": "not-done"}))
    entries.sort(key=lambda each: each.outcome != "given")
    if whole.outcome == "given" and (not entries or entries[0].outcome != "given"):
        raise VisitRefused(LOT, _("Choose the lot that stands on the vial."))
    if not entries:  # nothing of the visit was booked
        return [whole]
    first, *others = entries
    return [
        first,
        *(each.model_copy(update={"uuid": uuid5(visit.uuid, each.vaccine), "part_of": visit.uuid}) for each in others),
    ]
