"""Guards of the desk: officers with a role, each limited to the cases of their grants."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kini.cases import access, queries, read_log
from kini.cases.desk import queue_address
from kini.cases.models import Case
from kini.cases.pages.guards import SeeOther
from kini.cases.permissions import CasePermission
from kini.city import pack
from kini.core import references
from kini.core.actors import Actor, NotAllowed
from kini.people.permissions import Permission
from kini.people.queries import SAFE_METHODS, actor_for
from kini.people.rules import may, may_somewhere


def redirect_see_other(to: str, *args: Any) -> HttpResponse:
    """Redirect with 303 after a POST."""
    return SeeOther(resolve_url(to, *args))


def back_to_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Redirect to the case page, keeping the way back to the queue."""
    return redirect_see_other(reverse("cases:desk-case", args=[reference]) + queue_address.back_query(request))


class OwnCaseAtDesk(Exception):
    """The case is the officer's own; only colleagues work on it."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.reference)
        self.case = case


def is_working_officer(request: HttpRequest) -> bool:
    """Return True if the visitor may use the desk."""
    return request.user.is_authenticated and may_somewhere(actor_for(request), CasePermission.SEE_CASES)


def has_permission(permission: Permission) -> Callable[[HttpRequest], bool]:
    """Predicate on requests: the visitor has the permission in at least one scope."""
    return lambda request: request.user.is_authenticated and may_somewhere(actor_for(request), permission)


def officers_only[**P](
    permission: Permission = CasePermission.SEE_CASES,
) -> Callable[[Callable[P, HttpResponseBase]], Callable[P, HttpResponseBase]]:
    """Restrict a view to officers with the permission in at least one scope; never cached."""

    def decorate(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
        @wraps(view)
        def inside(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            request: Any = args[0]
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path() if request.method in SAFE_METHODS else "/desk/")
            if not may_somewhere(actor_for(request), permission):
                raise NotAllowed(
                    _("The desk is for officers with a role. Ask the person who manages roles at your agency.")
                )
            try:
                return view(*args, **kwargs)
            except OwnCaseAtDesk as own:
                return redirect("cases:case", own.case.reference)

        return never_cache(inside)

    return decorate


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
