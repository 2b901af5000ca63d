"""API for laboratories: results as FHIR R4 Observation and DiagnosticReport."""

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from kini.api.auth import Scope, principal_of
from kini.api.operations import Out, Router
from kini.city import queries as city_queries
from kini.city.models import Unit
from kini.city.public import pack
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records import actions, fhir
from kini.epidemic.case_records.fhir import DiagnosticReportIn, ObservationIn
from kini.epidemic.case_records.models import LabTest
from kini.epidemic.diseases.disease_files import diseases
from kini.people.public import token_auth
from kini.records.public import facilities_of

router = Router()
SCOPE = Scope(
    "lab-results:write", gettext_lazy("Send results of laboratory tests in your name as an officer"), officers=True
)


class StoredResult(Out):
    """A stored result."""

    number: str = Field(description="The laboratory's number.")
    disease: str
    test: str
    result: str = Field(description="Empty: not known yet, or withdrawn.")
    corrections: int = Field(description="Number of earlier results of this number.")


class StoredResults(Out):
    """The stored results of a report."""

    items: list[StoredResult]


@router.post("/fhir/Observation", needs=token_auth.RequireScope(SCOPE.name))
def send_observation(request: HttpRequest, body: ObservationIn) -> StoredResult:
    """Send a result as FHIR R4 Observation.

    The laboratory's number is stored once: sent again it changes nothing, and with another result it is a correction.
    """
    by = principal_of(request).actor
    result = fhir.read_observation(body, diseases(), pack.current().timezone)
    return _stored(actions.receive_result(by=by, result=result, laboratory=_laboratory(by)))


@router.post("/fhir/DiagnosticReport", needs=token_auth.RequireScope(SCOPE.name))
def send_diagnostic_report(request: HttpRequest, body: DiagnosticReportIn) -> StoredResults:
    """Send a report as FHIR R4 DiagnosticReport, with its Observations and Patient in `contained`.

    Sent again after an error, results that were stored before are stored no second time.
    """
    by = principal_of(request).actor
    laboratory = _laboratory(by)
    results = list(fhir.read_report(body, diseases(), pack.current().timezone))
    tests = [actions.receive_result(by=by, result=each, laboratory=laboratory) for each in results]
    return StoredResults(items=[_stored(each) for each in tests])


def _laboratory(by: Actor) -> Unit:
    """Return the one facility for which the owner of the token works."""
    keys = facilities_of(by)
    unit = city_queries.unit(next(iter(keys))) if len(keys) == 1 else None
    if unit is None:
        raise ActionRefused(_("The account of a laboratory's program belongs to exactly one facility."))
    return unit


def _stored(test: LabTest) -> StoredResult:
    return StoredResult(
        number=test.number,
        disease=test.disease,
        test=test.test,
        result=test.result,
        corrections=len(test.corrections),
    )
