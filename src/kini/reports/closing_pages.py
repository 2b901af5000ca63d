"""Reporter's page after a report was closed: is it solved? Opening the page changes nothing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kini.cases.public import CaseView, guest_key, own_case_for_visitor, owner_only
from kini.core.actors import ActionRefused, NotAllowed
from kini.people.queries import actor_for
from kini.reports import actions, queries
from kini.reports.kind import Report
from kini.web.redirects import see_other

LONGEST_REASON = 2000


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask whether the problem is solved; POST stores the answer."""
    case = own_case_for_visitor(request, reference)
    if not queries.awaits_answer(case):
        return redirect("cases:case", reference=case.reference)
    error, reason = "", request.POST.get("reason", "")[:LONGEST_REASON]
    if request.method == "POST":
        key = guest_key(request, case.reference)
        verdict = request.POST.get("answer", "")
        try:
            actions.answer_closing(by=actor_for(request), case=case, answer=verdict, reason=reason, guest_key=key)
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("Thank you. Your answer counts in the figures of this office."))
            return see_other("cases:case", case.reference)
    context = {
        "case": case,
        "photos": queries.photos_of_closing(case),
        "again": queries.was_disputed(case),
        "reason": reason,
        "error": error,
        "errors": [("reason", error)] if error else [],
    }
    return render(request, "reports/answer.html", context, status=422 if error else 200)


def answer_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """Panel of the tracker: the question, or that an auditor looks."""
    if view.case.kind != Report.id or not view.theirs:
        return None
    context = {
        "case": view.case,
        "asks": queries.awaits_answer(view.case),
        "audit": queries.audit_of(view.case),
    }
    if not (context["asks"] or context["audit"]):
        return None
    return render_to_string("reports/panels/answer.html", context, request)
