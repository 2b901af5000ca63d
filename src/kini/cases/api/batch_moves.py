"""API for canned replies and batch moves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from pydantic import Field

from kini.api.operations import In, Out
from kini.api.problems import Problem, Wrong, invalid_body
from kini.cases import actions, canned_replies, transition_inputs
from kini.cases.api.desk import at_desk, officer_of, router
from kini.cases.api.own_cases import parse_reference
from kini.cases.api.scopes import DESK_READ, DESK_WRITE
from kini.cases.models import BatchMove, Case
from kini.cases.queries import batch_moves
from kini.cases.queries.batch_moves import PlannedMove
from kini.cases.transition_inputs import PAGES_TO_CORRECT
from kini.core.actors import Actor

State = Literal["waiting", "moving", "done", "taken-back"]


class ReplyOut(Out):
    """Canned reply with its placeholders filled in for the case."""

    id: int
    title: str
    text: str


class RepliesOut(Out):
    """Canned replies for a case."""

    replies: list[ReplyOut]


class Chosen(In):
    """Case to move, as it was read."""

    reference: str = Field(max_length=40)
    step: str = Field(max_length=60, description="The `step` as read; the move is refused if the case has left it.")


class NewBulk(In):
    """Batch move to schedule."""

    cases: list[Chosen] = Field(min_length=1, max_length=actions.MAX_BATCH_CASES)
    move: str = Field(max_length=60, description="One of the `moves` of each case.")
    given: dict[str, Any] = Field(
        default={}, description="Inputs by the move's schema, the same for all cases; no files."
    )


class MovedOut(Out):
    """Result for one case: waiting, moved, refused (`why` gives the reason) or taken-back."""

    reference: str
    result: str
    why: str


class BulkOut(Out):
    """Batch move. Nothing happens before `due_at`, and until then it can be cancelled."""

    id: int
    move: str
    label: str
    state: State
    made_at: datetime
    due_at: datetime
    cases: list[MovedOut]


@router.get("/desk/cases/{reference}/replies", needs=DESK_READ)
def list_replies(request: HttpRequest, reference: str) -> RepliesOut:
    """List canned replies for a case. Insert their text into the input of a move; it stays editable."""
    actor = officer_of(request)
    case = at_desk(actor, reference)
    replies = canned_replies.fill_replies(actor, case, canned_replies.replies_for(case))
    return RepliesOut(replies=[ReplyOut(id=each.pk, title=each.title, text=text) for each, text in replies])


@router.post("/desk/bulks", needs=DESK_WRITE, made_at="/desk/bulks/{id}")
def plan_bulk(request: HttpRequest, body: NewBulk) -> BulkOut:
    """Schedule a batch move. It is taken later, case by case, unless it is cancelled."""
    actor = officer_of(request)
    plans = _plans(actor, body)
    inputs = _given(plans, body.given)
    bulk = actions.schedule_batch_move(by=actor, cases=[each.case for each in plans], move=body.move, values=inputs)
    return _told(bulk)


@router.get("/desk/bulks/{int:bulk}", needs=DESK_READ)
def read_bulk(request: HttpRequest, bulk: int) -> BulkOut:
    """Get the result of a batch move."""
    return _told(_own(officer_of(request), bulk))


@router.delete("/desk/bulks/{int:bulk}", needs=DESK_WRITE)
def take_back_bulk(request: HttpRequest, bulk: int) -> None:
    """Cancel a batch move that has not begun."""
    actor = officer_of(request)
    actions.cancel_batch_move(by=actor, bulk=_own(actor, bulk))


def _plans(actor: Actor, body: NewBulk) -> list[PlannedMove]:
    """Plan the move for each case.

    Raises:
        Problem: when one is not there, has moved on, or cannot take the step; it names each of them.
    """
    references = [parse_reference(each.reference) for each in body.cases]
    by_reference = {case.reference: case for case in batch_moves.selected_cases(actor, references)}
    plans = {each.case.reference: each for each in batch_moves.plan_moves(actor, by_reference.values(), body.move)}
    wrong = []
    for number, (chosen, reference) in enumerate(zip(body.cases, references, strict=True)):
        if obstacle := _obstacle(plans.get(reference), by_reference.get(reference), chosen.step):
            wrong.append(Wrong(pointer=f"/cases/{number}", detail=obstacle))
    if wrong:
        raise Problem(409, _("Some of these cases cannot take this step now."), "refused", tuple(wrong))
    return list(plans.values())


def _obstacle(plan: PlannedMove | None, case: Case | None, step: str) -> str:
    if plan is None or case is None:
        return _("Not found, or you do not have permission to see it.")
    if case.state != step:
        return _("This case has changed in the meantime. Read it again.")
    return plan.obstacle


def _given(plans: Iterable[PlannedMove], raw: dict[str, Any]) -> dict[str, Any]:
    """Merge the parsed inputs of all cases.

    Raises:
        Problem: lists all errors.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for each in {(each.case.version_id, each.case.state): each for each in plans}.values():
        if each.edge:
            read = transition_inputs.parse_json(each.snapshot, each.edge, raw, MultiValueDict())
            values |= read.values
            errors |= read.errors
    if errors:
        raise invalid_body(errors.items(), "/given")
    values.pop(PAGES_TO_CORRECT, None)
    return values


def _own(actor: Actor, pk: int) -> BatchMove:
    return BatchMove.objects.get(pk=pk, officer__user_id=actor.user_id or 0)


def _told(bulk: BatchMove) -> BulkOut:
    rows = bulk.cases.select_related("case").only("result", "why", "case__reference", "bulk").order_by("pk")
    return BulkOut(
        id=bulk.pk,
        move=bulk.move,
        label=bulk.label,
        state=_state(bulk),
        made_at=bulk.made_at,
        due_at=bulk.due_at,
        cases=[MovedOut(reference=each.case.reference, result=each.result, why=each.why) for each in rows],
    )


def _state(bulk: BatchMove) -> State:
    if bulk.taken_back_at:
        return "taken-back"
    return "done" if bulk.ended_at else "moving" if bulk.begun_at else "waiting"
