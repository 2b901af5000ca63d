"""Questions asked after a call for help was sent: a form on the confirmation and on the tracker."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kini.cases import actions, case_answers
from kini.cases.case_view import CaseView
from kini.cases.models import Case
from kini.cases.pages import forms, tracking
from kini.cases.pages.guards import guest_key, own_case_for_visitor, owner_only
from kini.people.queries import actor_for
from kini.services.public import PageSnapshot, questions, snapshot_of
from kini.web.redirects import SeeOther


def later_page(case: Case) -> PageSnapshot | None:
    """One page with every question that is still open; None if there is none."""
    if case.closed_at:
        return None
    fields = questions.later_fields(snapshot_of(case.version), case_answers.of_case(case))
    return PageSnapshot(key="more", heading=_("Tell the team more"), fields=fields) if fields else None


def later_panel(request: HttpRequest, view: CaseView) -> SafeString | None:
    """The form, for the person whose case it is."""
    page = later_page(view.case) if view.theirs else None
    return SafeString(render_to_string("cases/parts/later.html", _context(view.case, page), request)) if page else None


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def add_more(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the form on a page of its own; POST stores what was answered."""
    case = own_case_for_visitor(request, reference)
    page = later_page(case)
    address = reverse("cases:case", args=[case.reference])
    if page is None:
        return redirect(address)
    if request.method != "POST":
        return _page(request, case, page, {}, {})
    sent = forms.read_form(request)
    parsed = questions.parse_page(page, sent.form)
    if errors := parsed.errors | forms.unreadable_errors(sent, page.fields):
        return _page(request, case, page, parsed.typed, errors)
    actions.add_later_answers(
        by=actor_for(request), case=case, values=parsed.values, guest_key=guest_key(request, case.reference)
    )
    messages.success(request, _("Thank you. The team reads it now."))
    return SeeOther(address)


def _page(
    request: HttpRequest, case: Case, page: PageSnapshot, typed: Mapping[str, Any], errors: forms.Errors
) -> HttpResponse:
    context = _context(case, page, typed, errors) | {"view": tracking.resident_view(request, case), "own": True}
    return render(request, "cases/later.html", context, status=422 if errors else 200)


def _context(
    case: Case, page: PageSnapshot, typed: Mapping[str, Any] | None = None, errors: forms.Errors | None = None
) -> dict[str, Any]:
    return {
        "case": case,
        "heading": page.heading,
        "inputs": forms.render_fields(page.fields, typed or questions.form_values(page, {}), errors or {}),
        "errors": forms.error_summary(page.fields, errors or {}),
    }
