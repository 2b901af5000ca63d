"""Access to single cases at the desk."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from kini.cases import access, queries, read_log
from kini.cases.desk import queue_address
from kini.cases.models import Case
from kini.cases.permissions import CasePermission
from kini.city.public import pack
from kini.core import references
from kini.core.actors import Actor
from kini.people.queries import actor_for
from kini.people.rules import may
from kini.web.redirects import RedirectTo, see_other


class OwnCaseAtDesk(RedirectTo):
    """The case is the officer's own: only colleagues work on it, the officer is sent to the resident's page."""

    def __init__(self, case: Case) -> None:
        super().__init__(reverse("cases:case", args=[case.reference]))


def back_to_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Redirect to the case page, keeping the way back to the queue."""
    return see_other(reverse("cases:desk-case", args=[reference]) + queue_address.back_query(request))


def after_step(request: HttpRequest, reference: str) -> HttpResponse:
    """Redirect to the next case of the queue from which this one was opened, else back to its page."""
    trail = queue_address.back_query(request)
    return (
        see_other(reverse("cases:desk-next", args=[reference]) + trail) if trail else back_to_case(request, reference)
    )


def case_at_desk(request: HttpRequest, reference: str, *, shown: bool = True) -> tuple[Actor, Case]:
    """Return the actor and the requested case. Raises as `read_case_at_desk`."""
    actor = actor_for(request)
    return actor, read_case_at_desk(actor, reference, shown=shown)


def read_case_at_desk(actor: Actor, reference: str, *, shown: bool = True) -> Case:
    """Return the case of that reference if the officer may see it, and log the read.

    Args:
        shown: False where the answer shows nothing of the case, or the caller logs the read itself.

    Raises:
        Http404: when there is none, or it lies outside their grants.
        OwnCase: when it is about themselves.
    """
    read = references.parse(pack.current().reference_prefix, reference)
    try:
        case = queries.case_for(actor, read or "")
    except Case.DoesNotExist:
        raise Http404 from None
    if not may(actor, CasePermission.SEE_CASES, access.scope_of(case)):
        raise Http404
    if access.is_own_case(actor, case):
        raise OwnCaseAtDesk(case)
    if shown:
        read_log.log_case(actor, case)
    return case
