"""Pages of batch moves: choose the move, review the cases, cancel in time, see the result."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.cases import actions, transition_inputs
from kini.cases.desk import queue_address
from kini.cases.desk.queue import ticked_references
from kini.cases.desk.queue_counts import service_title
from kini.cases.models import BatchMove, BatchMoveCase, Case
from kini.cases.pages import forms
from kini.cases.pages.forms import SubmittedForm
from kini.cases.permissions import CasePermission
from kini.cases.queries import batch_moves
from kini.cases.queries.batch_moves import PlannedMove
from kini.cases.transition_inputs import PAGES_TO_CORRECT, TransitionInputs
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.services.public import FieldBase, snapshots_by_version
from kini.web import formats
from kini.web.redirects import see_other

#: Number of batch moves in an officer's list.
LATEST = 20
#: Seconds between reloads while a batch move runs.
REFRESH_SECONDS = 2


@officers_only(CasePermission.ACT)
@require_http_methods(["GET", "HEAD", "POST"])
def batch_move_page(request: HttpRequest) -> HttpResponse:
    """List the officer's latest batch moves. POST with cases shows the choice of moves (`move` empty), the review, or
    (`confirm`) schedules the batch.
    """
    actor = actor_for(request)
    if request.method != "POST":
        mine = BatchMove.objects.filter(officer__user_id=actor.user_id or 0).prefetch_related("cases").order_by("-pk")
        return render(request, "cases/desk/bulks.html", {"rows": [(each, _note(each)) for each in mine[:LATEST]]})
    sent = forms.read_form(request)
    cases = batch_moves.selected_cases(actor, ticked_references(request))
    move = sent.form.text("move")
    if not cases:
        messages.warning(request, _("Tick the cases that you want to move."))
        return see_other(queue_address.queue_url(queue_address.origin_queue(request)))
    if not move:
        return _choose(request, actor, cases)
    return _decide(request, actor, cases, sent) if "confirm" in sent.form.data else _show(request, actor, cases, move)


def _choose(request: HttpRequest, actor: Actor, cases: list[Case]) -> HttpResponse:
    context = _about(request, cases) | {"choices": batch_moves.move_choices(actor, cases)}
    return render(request, "cases/desk/bulk_choose.html", context)


def _about(request: HttpRequest, cases: list[Case]) -> dict[str, Any]:
    address = queue_address.origin_queue(request)
    return {
        "cases": cases,
        "trail": queue_address.back_query_of(address),
        "queue": queue_address.queue_url(address),
        "seconds": actions.UNDO_SECONDS,
    }


def _show(
    request: HttpRequest,
    actor: Actor,
    cases: list[Case],
    move: str,
    inputs: TransitionInputs | None = None,
    problems: Iterable[str] = (),
    status: int = 422,
) -> HttpResponse:
    """Review page: affected cases, inputs and errors."""
    plans = batch_moves.plan_moves(actor, cases, move)
    fitting = [each for each in plans if not each.obstacle]
    fields, inputs = _fields(fitting), inputs or TransitionInputs()
    errors = [("", text) for text in problems] + forms.error_summary(fields, inputs.errors)
    context = _about(request, cases) | {
        "move": move,
        "label": batch_moves.planned_label(next((each for each in fitting), plans[0])) or _("Move several cases"),
        "fitting": [(each, service_title(each.snapshot)) for each in fitting],
        "others": [(each, service_title(each.snapshot)) for each in plans if each.obstacle],
        "grave": any(each.edge and each.edge.danger for each in fitting),
        "inputs": forms.render_fields(fields, inputs.typed, inputs.errors),
        "errors": errors,
    }
    return render(request, "cases/desk/bulk_confirm.html", context, status=status if errors else 200)


def _fields(plans: Iterable[PlannedMove]) -> dict[str, FieldBase]:
    """Inputs needed by any of the cases, each asked once."""
    return {name: field for each in plans for name, field in each.fields.items()}


def _taken(plans: Iterable[PlannedMove], sent: SubmittedForm) -> TransitionInputs:
    """Parsed inputs for all of the cases."""
    merged = TransitionInputs()
    for each in {(each.case.version_id, each.case.state): each for each in plans}.values():
        if each.edge:
            parsed = transition_inputs.parse_form(each.snapshot, each.edge, sent.form)
            merged.values |= parsed.values
            merged.typed |= parsed.typed
            merged.errors |= parsed.errors
    merged.values.pop(PAGES_TO_CORRECT, None)
    return merged


def _decide(request: HttpRequest, actor: Actor, cases: list[Case], sent: SubmittedForm) -> HttpResponse:
    """Schedule the batch. Cases that have moved since the page was shown are left out."""
    move, seen = sent.form.text("move"), set(sent.form.texts("seen"))
    plans = batch_moves.plan_moves(actor, cases, move)
    fitting = [each for each in plans if not each.obstacle]
    inputs = _taken(fitting, sent)
    inputs.errors |= forms.unreadable_errors(sent, _fields(fitting))
    if inputs.errors:
        return _show(request, actor, cases, move, inputs)
    shown = [each for each in fitting if f"{each.case.reference}/{each.case.state}" in seen]
    if {each.case.reference for each in shown} != {each.partition("/")[0] for each in seen}:
        problem = _("Some of these cases have changed in the meantime. Check again what will happen.")
        return _show(request, actor, cases, move, inputs, [problem], status=409)
    try:
        batch = actions.schedule_batch_move(
            by=actor,
            cases=[each.case for each in shown],
            move=move.partition(".")[0],
            values=inputs.values,
            query=queue_address.origin_queue(request).query,
        )
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        return _show(request, actor, cases, move, inputs, [str(refusal)], status=409)
    return see_other("cases:desk-bulk", batch.pk)


@officers_only(CasePermission.ACT)
@require_safe
def batch_move_result(request: HttpRequest, bulk: int) -> HttpResponse:
    """Result of a batch move: waiting, cancelled, or case by case."""
    batch = _own(request, bulk)
    rows = batch.cases.select_related("case__version").defer("case__answers", "case__sealed", "case__version__content")
    items = list(rows.order_by("pk"))
    versions = snapshots_by_version(item.case.version_id for item in items)
    left = batch.seconds_left
    counts = {result: sum(item.result == result for item in items) for result, _same in BatchMoveCase.RESULTS}
    context = {
        "bulk": batch,
        "rows": [_row(item, versions) for item in items],
        "moved": counts[BatchMoveCase.MOVED],
        "refused": counts[BatchMoveCase.REFUSED],
        "waits": batch.begun_at is None and batch.taken_back_at is None,
        "left": left,
        "look_again": left + 1 if left else REFRESH_SECONDS,
        "over": bool(batch.ended_at or batch.taken_back_at),
        "queue": queue_address.queue_url(queue_address.parse_query_string(batch.query)),
        "trail": queue_address.back_query_of(queue_address.parse_query_string(batch.query)),
    }
    return render(request, "cases/desk/bulk.html", context)


def _row(item: BatchMoveCase, versions: Mapping[int, Any]) -> dict[str, Any]:
    snapshot = versions[item.case.version_id]
    step = snapshot.flow.states[item.case.state].name
    return {"item": item, "case": item.case, "title": service_title(snapshot), "step": step}


def _note(bulk: BatchMove) -> str:
    """Status and time of decision."""
    return f"{_word(bulk)} · {formats.moment(bulk.made_at)}"


def _word(bulk: BatchMove) -> str:
    results = [item.result for item in bulk.cases.all()]
    if bulk.taken_back_at:
        return _("Undone; no case was moved")
    if not bulk.ended_at:
        return _("Not done yet")
    return _("%(moved)d of %(count)d moved") % {"moved": results.count(BatchMoveCase.MOVED), "count": len(results)}


def _own(request: HttpRequest, pk: int) -> BatchMove:
    batch = BatchMove.objects.filter(pk=pk, officer__user_id=request.user.pk or 0).first()
    if batch is None:
        raise Http404
    return batch


@officers_only(CasePermission.ACT)
@require_POST
def take_back(request: HttpRequest, bulk: int) -> HttpResponse:
    """Cancel the batch move if it has not begun."""
    batch = _own(request, bulk)
    try:
        actions.cancel_batch_move(by=actor_for(request), bulk=batch)
        messages.success(request, _("Undone. No case was moved, and nobody was notified."))
    except NotAllowed:
        raise
    except ActionRefused as refusal:
        messages.warning(request, str(refusal))
    (*several, only) = batch.cases.values_list("case__reference", flat=True)
    if several:
        return redirect("cases:desk-bulk", batch.pk)
    trail = queue_address.back_query_of(queue_address.parse_query_string(batch.query)) if batch.query else ""
    return see_other(reverse("cases:desk-case", args=[only]) + trail)
