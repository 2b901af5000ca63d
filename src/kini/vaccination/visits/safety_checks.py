"""Rules of the campaign about a person at a site: eligibility with its reasons, questions, the screening."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from kini.core.dated_rules import NoRuleInForce
from kini.people import queries as people_queries
from kini.people.models import Person
from kini.people.public import details_of
from kini.vaccination.campaigns.eligibility import Eligibility
from kini.vaccination.campaigns.schema import Campaign
from kini.vaccination.campaigns.screening import Screened, screen
from kini.vaccination.campaigns.screening_schema import ScreeningResult
from kini.vaccination.campaigns.subject import Subject
from kini.vaccination.registrations import queries as registration_queries
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.queries import Statements
from kini.vaccination.visits.refusals import CONTRAINDICATED, NOT_ELIGIBLE, SCREENING, VisitRefused


def statements_of(person: Person, registration: Registration | None) -> Statements:
    """Return what was stated with a registration; without one, where the record has the person live."""
    if registration:
        return registration_queries.statements_of(registration)
    return Statements(lives_in_city=bool(details_of(person).area))


def subject_of(campaign: Campaign, person: Person, registration: Registration | None) -> Subject:
    """Return a person as the rules see them."""
    person = people_queries.root_of(person)
    return registration_queries.subject_of(person, campaign, statements_of(person, registration))


def eligibility_of(
    campaign: Campaign, person: Person, registration: Registration | None, day: date, vaccine: str | None = None
) -> Eligibility:
    """Return what the campaign says about the next dose of a person; of the registered series, unless of a vaccine."""
    person = people_queries.root_of(person)
    series = registration.series if registration and vaccine is None else ""
    statements = statements_of(person, registration)
    return registration_queries.eligibility_of(person, campaign, day, statements, series, vaccine)


def require_screened(
    campaign: Campaign, subject: Subject, answers: Mapping[str, bool | float] | None, vaccine: str, day: date
) -> Screened:
    """Return the screening of answers.

    Raises:
        VisitRefused: if a question has no answer, or there are no rules of that day.
    """
    try:
        return screen(campaign, subject, answers or {}, vaccine, day)
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
