"""Pages of batch moves: choose the move, review the cases, cancel in time, see the result."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.cases import actions, bulks, inputs
from kini.cases.bulks import Planned
from kini.cases.desk import addresses
from kini.cases.desk.figures import title_of
from kini.cases.desk.queue import picked
from kini.cases.desk.working import for_officers, see_other
from kini.cases.inputs import PAGES, Given
from kini.cases.models import Bulk, BulkCase, Case
from kini.cases.pages import forms
from kini.cases.pages.forms import Sent
from kini.core import moments
from kini.core.actors import Actor, NotAllowed, Refused
from kini.people.permissions import Permission
from kini.people.queries import actor_for
from kini.services.fields.base import FieldBase
from kini.services.versions import resolve_many
from kini.web import formats

#: Number of batch moves in an officer's list.
LATEST = 20
#: Seconds between reloads while a batch move runs.
LOOK_AGAIN = 2


@for_officers(Permission.ACT)
@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """List the officer's latest batch moves. POST with cases shows the choice of moves (`move` empty), the review, or
    (`confirm`) schedules the batch.
    """
    actor = actor_for(request)
    if request.method != "POST":
        mine = Bulk.objects.filter(officer__user_id=actor.user_id or 0).prefetch_related("cases").order_by("-pk")
        return render(request, "cases/desk/bulks.html", {"rows": [(each, _note(each)) for each in mine[:LATEST]]})
    sent = forms.read(request)
    cases = bulks.chosen(actor, picked(request))
    move = sent.form.text("move")
    if not cases:
        messages.warning(request, _("Tick the cases that you want to move."))
        return see_other(addresses.address(addresses.came_from(request)))
    if not move:
        return _choose(request, actor, cases)
    return _decide(request, actor, cases, sent) if "confirm" in sent.form.data else _show(request, actor, cases, move)


def _choose(request: HttpRequest, actor: Actor, cases: list[Case]) -> HttpResponse:
    context = _about(request, cases) | {"choices": bulks.choices(actor, cases)}
    return render(request, "cases/desk/bulk_choose.html", context)


def _about(request: HttpRequest, cases: list[Case]) -> dict[str, Any]:
    asked = addresses.came_from(request)
    return {
        "cases": cases,
        "trail": addresses.trail_of(asked),
        "queue": addresses.address(asked),
        "seconds": actions.UNDO_SECONDS,
    }


def _show(
    request: HttpRequest,
    actor: Actor,
    cases: list[Case],
    move: str,
    given: Given | None = None,
    problems: Iterable[str] = (),
    status: int = 422,
) -> HttpResponse:
    """Review page: affected cases, inputs and errors."""
    plans = bulks.plan(actor, cases, move)
    fitting = [each for each in plans if not each.obstacle]
    fields, given = _fields(fitting), given or Given()
    errors = [("", text) for text in problems] + forms.summary(fields, given.errors)
    context = _about(request, cases) | {
        "move": move,
        "label": bulks.label_of(next((each for each in fitting), plans[0])) or _("Move several cases"),
        "fitting": [(each, title_of(each.resolved)) for each in fitting],
        "others": [(each, title_of(each.resolved)) for each in plans if each.obstacle],
        "grave": any(each.edge and each.edge.danger for each in fitting),
        "inputs": forms.draw(fields, given.typed, given.errors),
        "errors": errors,
    }
    return render(request, "cases/desk/bulk_confirm.html", context, status=status if errors else 200)


def _fields(plans: Iterable[Planned]) -> dict[str, FieldBase]:
    """Inputs needed by any of the cases, each asked once."""
    return {name: field for each in plans for name, field in each.fields.items()}


def _taken(plans: Iterable[Planned], sent: Sent) -> Given:
    """Parsed inputs for all of the cases."""
    found = Given()
    for each in {(each.case.version_id, each.case.state): each for each in plans}.values():
        if each.edge:
            taken = inputs.take(each.resolved, each.edge, sent.form)
            found.values |= taken.values
            found.typed |= taken.typed
            found.errors |= taken.errors
    found.values.pop(PAGES, None)
    return found


def _decide(request: HttpRequest, actor: Actor, cases: list[Case], sent: Sent) -> HttpResponse:
    """Schedule the batch. Cases that have moved since the page was shown are left out."""
    move, seen = sent.form.text("move"), set(sent.form.texts("seen"))
    plans = bulks.plan(actor, cases, move)
    fitting = [each for each in plans if not each.obstacle]
    given = _taken(fitting, sent)
    given.errors |= forms.unreadable(sent, _fields(fitting))
    if given.errors:
        return _show(request, actor, cases, move, given)
    shown = [each for each in fitting if f"{each.case.reference}/{each.case.state}" in seen]
    if {each.case.reference for each in shown} != {each.partition("/")[0] for each in seen}:
        problem = _("Some of these cases have changed in the meantime. Check again what will happen.")
        return _show(request, actor, cases, move, given, [problem], status=409)
    try:
        made = actions.plan_bulk(
            by=actor,
            cases=[each.case for each in shown],
            move=move,
            given=given.values,
            query=addresses.came_from(request).query,
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return _show(request, actor, cases, move, given, [str(refusal)], status=409)
    return see_other("cases:desk-bulk", made.pk)


@for_officers(Permission.ACT)
@require_safe
def became(request: HttpRequest, bulk: int) -> HttpResponse:
    """Result of a batch move: waiting, cancelled, or case by case."""
    found = _own(request, bulk)
    rows = found.cases.select_related("case__version").defer("case__answers", "case__sealed", "case__version__content")
    items = list(rows.order_by("pk"))
    versions = resolve_many(item.case.version_id for item in items)
    left = max(0, round((found.due_at - moments.now()).total_seconds()))
    counts = {result: sum(item.result == result for item in items) for result, _same in BulkCase.RESULTS}
    context = {
        "bulk": found,
        "rows": [_row(item, versions) for item in items],
        "moved": counts[BulkCase.MOVED],
        "refused": counts[BulkCase.REFUSED],
        "waits": found.begun_at is None and found.taken_back_at is None,
        "left": left,
        "look_again": left + 1 if left else LOOK_AGAIN,
        "over": bool(found.ended_at or found.taken_back_at),
        "queue": addresses.address(addresses.read_query(found.query)),
        "trail": addresses.trail_of(addresses.read_query(found.query)),
    }
    return render(request, "cases/desk/bulk.html", context)


def _row(item: BulkCase, versions: Mapping[int, Any]) -> dict[str, Any]:
    resolved = versions[item.case.version_id]
    step = resolved.flow.states[item.case.state].name
    return {"item": item, "case": item.case, "title": title_of(resolved), "step": step}


def _note(bulk: Bulk) -> str:
    """Status and time of decision."""
    return f"{_word(bulk)} · {formats.moment(bulk.made_at)}"


def _word(bulk: Bulk) -> str:
    results = [item.result for item in bulk.cases.all()]
    if bulk.taken_back_at:
        return _("Taken back; nothing was done")
    if not bulk.ended_at:
        return _("Not done yet")
    return _("%(moved)d of %(count)d moved") % {"moved": results.count(BulkCase.MOVED), "count": len(results)}


def _own(request: HttpRequest, pk: int) -> Bulk:
    found = Bulk.objects.filter(pk=pk, officer__user_id=request.user.pk or 0).first()
    if found is None:
        raise Http404
    return found


@for_officers(Permission.ACT)
@require_POST
def take_back(request: HttpRequest, bulk: int) -> HttpResponse:
    """Cancel the batch move if it has not begun."""
    found = _own(request, bulk)
    try:
        actions.take_back_bulk(by=actor_for(request), bulk=found)
        messages.success(request, _("Taken back. No case was moved, and nobody was notified."))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("cases:desk-bulk", found.pk)
