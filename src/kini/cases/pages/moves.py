"""Moves of a resident: withdraw, object, reopen, answer a request for correction."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kini.cases import actions, inputs, rules
from kini.cases.actions import Incomplete, Stale
from kini.cases.models import Case, TimelineEntry
from kini.cases.pages import forms, summaries, tracking
from kini.cases.pages.visiting import SeeOther, guest_key, own_case_of, personal
from kini.cases.pages.walks import Walk, walk_of
from kini.core import upload_limits
from kini.core.actors import NotAllowed, Refused
from kini.people.queries import actor_for
from kini.services.versions import resolve
from kini.web.refusals import status_of

#: Inputs besides the fields: the shown state, and the reason for withdrawing.
STATE, REASON = "state", "reason"


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, reference: str, move: str) -> HttpResponse:
    """Take a move; required inputs are asked on a page of their own."""
    case = own_case_of(request, reference)
    if request.method != "POST":
        return _asked(request, case, move)
    sent = forms.read(request)
    resolved = resolve(case.version)
    edge = rules.edge_of(resolved.flow, case.state, move)
    if edge is None or edge.by != rules.RESIDENT:
        return _taken(request, case, move, {}, sent)
    fields = inputs.fields_of(resolved, edge)
    given = inputs.take(resolved, edge, sent.form)
    errors = given.errors | forms.unreadable(sent, fields) | forms.surplus(sent, fields, frozenset({STATE, REASON}))
    if errors:
        return _again(request, case, edge, given.typed, errors)
    reason = sent.form.text(REASON) if move == rules.WITHDRAW else ""
    values = given.values | ({REASON: reason} if reason else {})
    try:
        return _taken(request, case, move, values, sent)
    except (NotAllowed, Stale):
        raise
    except Refused as refusal:
        status = 422 if isinstance(refusal, Incomplete) else status_of(refusal)
        return _again(request, case, edge, given.typed, {"": str(refusal)}, status)


def _asked(request: HttpRequest, case: Case, move: str) -> HttpResponse:
    view = tracking.following(request, case)
    edge = next((button.edge for button in view.buttons if button.edge.move == move), None)
    if edge is None:
        return redirect("cases:case", reference=case.reference)
    if edge.move == rules.ANSWER and rules.correctable(view.resolved.flow, case.state):
        return redirect("cases:correct", reference=case.reference)
    return _form(request, case, edge, {}, {}, 200)


def _taken(request: HttpRequest, case: Case, move: str, values: Mapping[str, Any], sent: forms.Sent) -> HttpResponse:
    """Take the move; a resubmitted form counts as done."""
    actor, shown = actor_for(request), sent.form.text(STATE)
    address = reverse("cases:case", args=[case.reference])
    if case.state != shown and _was_taken(case, move, shown, actor.user_id):
        return SeeOther(address)
    key = guest_key(request, case.reference)
    upload_limits.require(request, inputs.uploads_in(values), user=actor.user_id)
    actions.move(by=actor, case=case, move=move, given=values, expected_state=shown, guest_key=key)
    messages.success(request, _("Done. You see it here."))
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
    if edge.move == rules.ANSWER and rules.correctable(resolve(case.version).flow, case.state):
        return _correction(request, walk_of(request, reference=case.reference), edge, typed, errors, status)
    return _form(request, case, edge, typed, errors, status)


def _form(
    request: HttpRequest,
    case: Case,
    edge: rules.Edge,
    typed: Mapping[str, Any],
    errors: forms.Errors,
    status: int,
) -> HttpResponse:
    view = tracking.following(request, case)
    fields = inputs.fields_of(view.resolved, edge)
    context = {
        "view": view,
        "case": case,
        "edge": edge,
        "label": rules.move_label(edge, view.resolved.moves),
        "follows": view.resolved.flow.states[edge.to].does,
        "inputs": forms.draw(fields, typed, errors),
        "multipart": forms.takes_files(fields.values()),
        "errors": forms.summary(fields, errors),
    }
    return render(request, "cases/move.html", context, status=status)


@personal
@require_safe
def correct(request: HttpRequest, reference: str) -> HttpResponse:
    """Overview of the requested corrections, page by page, and the form that sends them."""
    case = own_case_of(request, reference)
    flow = resolve(case.version).flow
    edge = rules.edge_of(flow, case.state, rules.ANSWER)
    if edge is None or not rules.correctable(flow, case.state):
        messages.info(request, _("Nothing has to be corrected now."))
        return redirect("cases:case", reference=case.reference)
    return _correction(request, walk_of(request, reference=reference), edge, {}, {}, 200)


def _correction(
    request: HttpRequest,
    walk: Walk,
    edge: rules.Edge,
    typed: Mapping[str, Any],
    errors: forms.Errors,
    status: int,
) -> HttpResponse:
    assert walk.case is not None
    view = tracking.following(request, walk.case)
    fields = inputs.fields_of(walk.resolved, edge)
    context = {
        "walk": walk,
        "case": walk.case,
        "asked": tracking.asked(view),
        "parts": summaries.parts(walk),
        "label": rules.move_label(edge, walk.resolved.moves),
        "inputs": forms.draw(fields, typed, errors),
        "multipart": forms.takes_files(fields.values()),
        "errors": forms.summary(fields, errors),
    }
    return render(request, "cases/correct.html", context, status=status)
