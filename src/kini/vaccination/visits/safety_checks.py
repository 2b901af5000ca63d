"""Rules of the campaign about a person at a site: eligibility with its reasons, questions, the screening."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from kini.core.dated_rules import NoRuleInForce
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.people.public import details_of
from kini.vaccination.campaigns.eligibility import Eligibility, evaluate
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.screening import Screened, screen
from kini.vaccination.campaigns.screening_schema import ScreeningResult
from kini.vaccination.campaigns.subject import GivenDose, Subject
from kini.vaccination.doses import queries as dose_queries
from kini.vaccination.visits.refusals import CONTRAINDICATED, NOT_ELIGIBLE, SCREENING, VisitRefused


def subject_of(person: Person) -> Subject:
    """Return a person as the rules see them."""
    details = details_of(people_queries.root_of(person))
    return Subject(details.birth_date, details.birth_precision or "day", details.sex, resident=bool(details.area))


def history_of(person: Person) -> list[GivenDose]:
    """Return the standing doses of a person, of any campaign."""
    return [GivenDose(each.vaccine, each.number, each.given_on) for each in dose_queries.doses_of(person)]


def eligibility_of(campaign: Campaign, person: Person, day: date, vaccine: str | None = None) -> Eligibility:
    """Return what the campaign says about the next dose of a person."""
    return evaluate(campaign, subject_of(person), history_of(person), day, vaccine)


def require_screened(
    campaign: Campaign, person: Person, answers: Mapping[str, bool | float] | None, vaccine: str, day: date
) -> Screened:
    """Return the screening of answers.

    Raises:
        VisitRefused: if a question has no answer, or there are no rules of that day.
    """
    try:
        return screen(campaign, subject_of(person), answers or {}, vaccine, day)
    except (LookupError, NoRuleInForce):
        raise VisitRefused(SCREENING, _("Ask all questions of the screening first.")) from None


def require_safe(screened: Screened, eligible: Eligibility, despite: str) -> None:
    """Require that a dose may be given.

    Args:
        despite: reason of a vaccinator who goes on; it never overrules a contraindication.

    Raises:
        VisitRefused: with the rules' reasons.
    """
    because = " ".join(map(str, screened.reasons))
    if screened.result == ScreeningResult.REFUSE:
        raise VisitRefused(CONTRAINDICATED, because)
    if screened.result != ScreeningResult.GO_ON and not despite:
        raise VisitRefused(SCREENING, because)
    if not eligible.may and not despite:
        raise VisitRefused(NOT_ELIGIBLE, " ".join(map(str, eligible.reasons)))
