"""Audits at the desk: reports said to be solved that somebody independent looks at again, at the place."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases.public import case_at_desk
from kini.core.actors import ActionRefused, NotAllowed
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.reports import actions, queries
from kini.reports.permissions import ReportPermission
from kini.web.redirects import see_other

MOST_SHOWN = 50


@officers_only(ReportPermission.AUDIT)
@require_safe
def audits(request: HttpRequest) -> HttpResponse:
    """List pending audits, the oldest first."""
    rows = queries.pending_audits(actor_for(request)).order_by("created_at", "pk")
    return render(request, "reports/desk/audits.html", {"rows": queries.titled(rows, MOST_SHOWN)})


@officers_only(ReportPermission.AUDIT)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: HttpRequest, pk: int) -> HttpResponse:
    """One audit: the photos of the closing, and the finding."""
    actor = actor_for(request)
    audited = get_object_or_404(queries.audits_at_desk(actor), pk=pk)
    _actor, case = case_at_desk(request, audited.case.reference)
    note, error = request.POST.get("note", ""), ""
    if request.method == "POST":
        failed = request.POST.get("finding") == "failed"
        try:
            actions.record_audit(by=actor, audited=audited, failed=failed, note=note)
        except NotAllowed:
            raise
        except ActionRefused as refusal:
            error = str(refusal)
        else:
            messages.success(request, _("Your finding is stored."))
            return see_other("reports:desk-audits")
    context = {
        "audited": audited,
        "case": case,
        "photos": queries.photos_of(case),
        "note": note,
        "error": error,
        "errors": [("note", error)] if error else [],
    }
    return render(request, "reports/desk/audit.html", context, status=422 if error else 200)
