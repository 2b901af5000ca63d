"""Batch moves of one case or many: decided at once, delayed so that they can be cancelled, then taken as usual."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from kini.cases.actions.moves import move as move_case
from kini.cases.locking import lock_case
from kini.cases.models import BatchMove, BatchMoveCase, Case
from kini.cases.move_checks import check_move
from kini.cases.queries import batch_moves
from kini.core import audit, current_time, jobs
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people import queries as people_queries
from kini.people.models import Officer
from kini.people.public import action_helpers

#: Seconds in which a batch move can be cancelled.
UNDO_SECONDS = 30
MAX_BATCH_CASES = 50
#: Name of the job that runs a batch move (jobs.py).
BATCH_MOVE_JOB = "cases.carry_out_bulk"


@action
def schedule_batch_move(
    *, by: Actor, cases: Iterable[Case], move: str, values: Mapping[str, Any] | None = None, query: str = ""
) -> BatchMove:
    """Schedule a move for many cases, each in the state that was shown. It is taken UNDO_SECONDS later.

    Args:
        cases: as the page showed them; those that cannot take the step are left out.
        move: its name; its button and effect must be the same for all of them.
        given: inputs by name, as `inputs.take` reads them; JSON, so no files.
        query: of the queue to go back to.

    Raises:
        NotAllowed: when the actor is no working officer.
        ActionRefused: when none of them can take the step, there are too many, or one waits for another bulk meanwhile.
    """
    officer = _officer(by)
    fitting = [each for each in batch_moves.plan_moves(by, cases, move) if not each.obstacle]
    if not fitting:
        raise ActionRefused(_("None of these cases can take this step now. Check the list again."))
    if len({each.key for each in fitting}) > 1:
        raise ActionRefused(_("This step has other words or another effect for some of these cases. Choose fewer."))
    if len(fitting) > MAX_BATCH_CASES:
        raise ActionRefused(_("Choose at most %(count)d cases at once.") % {"count": MAX_BATCH_CASES})
    now = current_time.now()
    due = now + timedelta(seconds=UNDO_SECONDS)
    label = batch_moves.planned_label(fitting[0])[:120]
    bulk = BatchMove.objects.create(
        officer=officer, move=move, label=label, given=dict(values or {}), query=query, made_at=now, due_at=due
    )
    rows = [BatchMoveCase(bulk=bulk, case=each.case, state=each.case.state) for each in fitting]
    already = _("Some of these cases are already scheduled for another step. Check the list again.")
    action_helpers.create_once(lambda: BatchMoveCase.objects.bulk_create(rows), already)
    _record(by, bulk, "cases.bulk-planned", move=move, cases=[each.case.reference for each in fitting])
    jobs.enqueue_at(BATCH_MOVE_JOB, at=due, bulk=bulk.pk)
    return bulk


@action
def schedule_move(
    *,
    by: Actor,
    case: Case,
    move: str,
    values: Mapping[str, Any] | None = None,
    expected_state: str = "",
    query: str = "",
) -> BatchMove:
    """Schedule a step of one case that could be taken now, as a batch of one.

    Raises:
        NotAllowed, StaleState, ActionRefused: as `move`, or because the case waits for another step.
    """
    case = lock_case(case)
    check_move(by, case, move, values or {}, expected_state=expected_state)
    return schedule_batch_move(by=by, cases=[case], move=move, values=values, query=query)


@action
def cancel_batch_move(*, by: Actor, bulk: BatchMove) -> BatchMove:
    """Cancel a batch move before it begins. Idempotent.

    Raises:
        NotAllowed: when another officer made it.
        ActionRefused: when it has begun.
    """
    bulk = _locked(bulk.pk)
    if bulk.officer_id != _officer(by).pk:
        raise NotAllowed(_("Only the officer who decided this can undo it."))
    if bulk.begun_at:
        raise ActionRefused(_("It is too late to undo this: the cases are being moved."))
    if bulk.taken_back_at is None:
        bulk.taken_back_at = current_time.now()
        bulk.save(update_fields=["taken_back_at"])
        bulk.cases.update(result=BatchMoveCase.TAKEN_BACK)
        _record(by, bulk, "cases.bulk-taken-back")
    return bulk


@action
def begin_batch_move(*, by: Actor, bulk: int) -> bool:
    """Begin a batch move, after which it cannot be cancelled. Return False if it was cancelled, has ended or is not
    due.
    """
    batch = _locked(bulk)
    if batch.taken_back_at or batch.ended_at or current_time.now() < batch.due_at:
        return False
    if batch.begun_at is None:
        batch.begun_at = current_time.now()
        batch.save(update_fields=["begun_at"])
        _record(by, batch, "cases.bulk-begun")
    return True


@action
def move_batch_case(*, by: Actor, item: int) -> BatchMoveCase:
    """Move one case and record the result in one transaction; idempotent.

    A refusal is recorded with its reason.
    """
    batch_case = BatchMoveCase.objects.select_for_update(of=("self",)).select_related("bulk", "case").get(pk=item)
    if batch_case.result != BatchMoveCase.WAITING:
        return batch_case
    bulk = batch_case.bulk
    (planned,) = batch_moves.plan_moves(by, [batch_case.case], bulk.move)
    values = {name: value for name, value in bulk.given.items() if name in planned.fields}
    try:
        move_case(by=by, case=batch_case.case, move=bulk.move, values=values, expected_state=batch_case.state)
        batch_case.result = BatchMoveCase.MOVED
    except ActionRefused as refusal:
        batch_case.result, batch_case.why = BatchMoveCase.REFUSED, str(refusal)
    batch_case.save(update_fields=["result", "why"])
    detail = {"case": batch_case.case.reference, "result": batch_case.result}
    _record(by, bulk, "cases.bulk-step", **detail)
    return batch_case


@action
def end_batch_move(*, by: Actor, bulk: int, give_up: bool = False) -> None:
    """End the batch move if no case is waiting. With `give_up`, cases that failed with an error are recorded as
    refused.
    """
    batch = _locked(bulk)
    waiting = batch.cases.filter(result=BatchMoveCase.WAITING)
    if give_up:
        why = _("An internal error prevented this step. Open the case and take the step there.")
        waiting.update(result=BatchMoveCase.REFUSED, why=why)
    if batch.begun_at and batch.ended_at is None and not waiting.exists():
        batch.ended_at = current_time.now()
        batch.save(update_fields=["ended_at"])
        _record(by, batch, "cases.bulk-ended")


def _locked(pk: int) -> BatchMove:
    return BatchMove.objects.select_for_update().get(pk=pk)


def _officer(by: Actor) -> Officer:
    officer = people_queries.officer_of(by)
    if officer is None:
        raise NotAllowed(_("Only officers work on cases."))
    return officer


def _record(by: Actor, bulk: BatchMove, event: str, **detail: Any) -> None:
    audit.record(by=by, action=event, subject=f"bulk:{bulk.pk}", detail=detail)
