"""Moves of a resident: withdraw, object, reopen, answer a request for correction."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases import actions, rules, transition_inputs
from kini.cases.actions import Incomplete, StaleState
from kini.cases.models import Case, TimelineEntry
from kini.cases.pages import answer_summary, forms, tracking
from kini.cases.pages.guards import guest_key, own_case_for_visitor, owner_only
from kini.cases.pages.wizard import ApplicationWizard, wizard_for
from kini.core import upload_quotas
from kini.core.actors import ActionRefused, NotAllowed
from kini.people.queries import actor_for
from kini.services.public import snapshot_of
from kini.web.error_middleware import status_for
from kini.web.redirects import SeeOther

#: Inputs besides the fields: the shown state, and the reason for withdrawing.
STATE, REASON = "state", "reason"


@owner_only
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, reference: str, move: str) -> HttpResponse:
    """Take a move; required inputs are asked on a page of their own."""
    case = own_case_for_visitor(request, reference)
    if request.method != "POST":
        return _asked(request, case, move)
    sent = forms.read_form(request)
    snapshot = snapshot_of(case.version)
    edge = rules.edge_of(snapshot.flow, case.state, move)
    if edge is None or edge.by != rules.RESIDENT:
        return _taken(request, case, move, {}, sent)
    fields = transition_inputs.input_fields(snapshot, edge)
    inputs = transition_inputs.parse_form(snapshot, edge, sent.form)
    errors = (
        inputs.errors
        | forms.unreadable_errors(sent, fields)
        | forms.surplus_errors(sent, fields, frozenset({STATE, REASON}))
    )
    if errors:
        return _again(request, case, edge, inputs.typed, errors)
    reason = sent.form.text(REASON) if move == rules.WITHDRAW else ""
    values = inputs.values | ({REASON: reason} if reason else {})
    try:
        return _taken(request, case, move, values, sent)
    except (NotAllowed, StaleState):
        raise
    except ActionRefused as refusal:
        status = 422 if isinstance(refusal, Incomplete) else status_for(refusal)
        return _again(request, case, edge, inputs.typed, {"": str(refusal)}, status)


def _asked(request: HttpRequest, case: Case, move: str) -> HttpResponse:
    view = tracking.resident_view(request, case)
    edge = next((button.edge for button in view.buttons if button.edge.move == move), None)
    if edge is None:
        return redirect("cases:case", reference=case.reference)
    if edge.move == rules.ANSWER and rules.is_correctable(view.snapshot.flow, case.state):
        return redirect("cases:correct", reference=case.reference)
    return _form(request, case, edge, {}, {}, 200)


def _taken(
    request: HttpRequest, case: Case, move: str, values: Mapping[str, Any], sent: forms.SubmittedForm
) -> HttpResponse:
    """Take the move; a resubmitted form counts as done."""
    actor, shown = actor_for(request), sent.form.text(STATE)
    address = reverse("cases:case", args=[case.reference])
    if case.state != shown and _was_taken(case, move, shown, actor.user_id):
        return SeeOther(address)
    key = guest_key(request, case.reference)
    upload_quotas.count_uploads(request, transition_inputs.uploads_in(values), user=actor.user_id)
    actions.move(by=actor, case=case, move=move, values=values, expected_state=shown, guest_key=key)
    messages.success(request, _("Done. The result is shown here."))
    return SeeOther(address)


def _was_taken(case: Case, move: str, before: str, user: int | None) -> bool:
    last = TimelineEntry.objects.filter(case=case).exclude(to_state="").order_by("-number").first()
    return last is not None and (last.move, last.from_state, last.actor_id) == (move, before, user)


def _again(
    request: HttpRequest,
    case: Case,
    edge: rules.Edge,
    typed: Mapping[str, Any],
    errors: forms.Errors,
    status: int = 422,
) -> HttpResponse:
    """Show the form again with errors and everything typed."""
    if edge.move == rules.ANSWER and rules.is_correctable(snapshot_of(case.version).flow, case.state):
        return _correction(request, wizard_for(request, reference=case.reference), edge, typed, errors, status)
    return _form(request, case, edge, typed, errors, status)


def _form(
    request: HttpRequest,
    case: Case,
    edge: rules.Edge,
    typed: Mapping[str, Any],
    errors: forms.Errors,
    status: int,
) -> HttpResponse:
    view = tracking.resident_view(request, case)
    fields = transition_inputs.input_fields(view.snapshot, edge)
    context = {
        "view": view,
        "case": case,
        "edge": edge,
        "label": rules.move_label(edge, view.snapshot.moves),
        "follows": view.snapshot.flow.states[edge.to].does,
        "inputs": forms.render_fields(fields, typed, errors),
        "multipart": forms.has_uploads(fields.values()),
        "errors": forms.error_summary(fields, errors),
    }
    return render(request, "cases/move.html", context, status=status)


@owner_only
@require_safe
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """Overview of the requested corrections, page by page, and the form that sends them."""
    case = own_case_for_visitor(request, reference)
    flow = snapshot_of(case.version).flow
    edge = rules.edge_of(flow, case.state, rules.ANSWER)
    if edge is None or not rules.is_correctable(flow, case.state):
        messages.info(request, _("Nothing has to be corrected now."))
        return redirect("cases:case", reference=case.reference)
    return _correction(request, wizard_for(request, reference=reference), edge, {}, {}, 200)


def _correction(
    request: HttpRequest,
    wizard: ApplicationWizard,
    edge: rules.Edge,
    typed: Mapping[str, Any],
    errors: forms.Errors,
    status: int,
) -> HttpResponse:
    assert wizard.case is not None
    view = tracking.resident_view(request, wizard.case)
    fields = transition_inputs.input_fields(wizard.snapshot, edge)
    context = {
        "walk": wizard,
        "case": wizard.case,
        "asked": tracking.officer_message(view),
        "parts": answer_summary.summary_sections(wizard),
        "label": rules.move_label(edge, wizard.snapshot.moves),
        "inputs": forms.render_fields(fields, typed, errors),
        "multipart": forms.has_uploads(fields.values()),
        "errors": forms.error_summary(fields, errors),
    }
    return render(request, "cases/correct.html", context, status=status)
