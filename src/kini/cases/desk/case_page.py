"""Case page of the desk: everything the officer may know, all moves they may take, and the forms."""

from collections.abc import Iterable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kini.cases import actions, panels
from kini.cases.desk import look_reason, presence, queue_address
from kini.cases.desk.case_content import DeskCase, at_risk_seconds, case_facts, case_map, desk_case, group_answers
from kini.cases.desk.guards import case_at_desk
from kini.cases.desk.papers import papers_of
from kini.cases.desk.undo import cancellable_decisions
from kini.cases.models import BatchMoveCase, Case
from kini.cases.permissions import CasePermission
from kini.core.actors import Actor
from kini.people.public import access_purposes, officers_only

#: Number of answers and timeline entries in the summary beside the queue.
BRIEF, BRIEF_LINES = 8, 3

type Problems = list[tuple[str, str]]


@officers_only(CasePermission.SEE_CASES)
@require_safe
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """The case page."""
    actor, case = case_at_desk(request, reference, shown=False)
    actions.open_at_desk(by=actor, case=case)
    return render_case_page(request, actor, case)


@officers_only(CasePermission.SEE_CASES)
@require_safe
def summary(request: HttpRequest, reference: str) -> HttpResponse:
    """Fragment with the case in short and its moves, shown beside the queue."""
    actor, case = case_at_desk(request, reference)
    desk = desk_case(actor, case)
    rows = [row for section in desk.view.sections for row in section.rows]
    context = {
        "desk": desk,
        "view": desk.view,
        "case": case,
        "rows": rows[:BRIEF],
        "more": len(rows) - BRIEF,
        "lines": desk.view.lines[::-1][:BRIEF_LINES],
        "trail": queue_address.back_query(request),
        "near": at_risk_seconds(case),
    }
    return render(request, "cases/desk/summary.html", context)


def render_case_page(
    request: HttpRequest,
    actor: Actor,
    case: Case,
    *,
    errors: Problems | None = None,
    typed: Mapping[str, str] | None = None,
    unsent: Iterable[tuple[str, str]] = (),
    status: int = 422,
) -> HttpResponse:
    """Render the case page, with errors if any.

    Args:
        errors: (id of the input, message); with any, the response has status `status`.
        typed: values typed into the page's forms.
        kept: (label, text) typed for a move that is no longer possible.
    """
    desk = desk_case(actor, case)
    there = _anchors(desk)
    errors = [(anchor if anchor in there else "", text) for anchor, text in errors or ()]
    reason = look_reason.todays_reason(request)
    context = {
        "desk": desk,
        "view": desk.view,
        "lines": desk.view.lines[::-1],
        "reason": reason,
        "answers": group_answers(desk.view.sections),
        "case": case,
        "map": case_map(case, desk.view),
        "facts": list(case_facts(case, desk.view)),
        "papers": papers_of(desk.view),
        "panel": panels.render_panels(request, desk.view, "desk"),
        "errors": errors,
        "wrong": dict(errors),
        "typed": typed or reason,
        "kept": list(unsent),
        "here": presence.colleagues_present(actor, case),
        "held": BatchMoveCase.objects.filter(case=case, result=BatchMoveCase.WAITING)
        .select_related("bulk__officer")
        .first(),
        "undo": cancellable_decisions(request),
        "trail": queue_address.back_query(request),
        "queue": queue_address.queue_url(queue_address.origin_queue(request)),
        "every": presence.EVERY_SECONDS,
        "near": at_risk_seconds(case),
        "purposes": access_purposes.look_purposes().items(),
    }
    return render(request, "cases/desk/case.html", context, status=status if errors else 200)


def _anchors(desk: DeskCase) -> frozenset[str]:
    """Ids of the inputs on the page."""
    sets = (
        (desk.view.may_assign, {"officer"}),
        (desk.view.may_transfer, {"agency", "transfer_reason"}),
        (desk.view.may_note, {"text"}),
        (desk.view.may_look, {"what", "reason", "purpose"}),
    )
    return frozenset(anchor for there, anchors in sets if there for anchor in anchors)
