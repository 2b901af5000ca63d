"""Moves of a case along its flow, by residents, officers and timers."""

from collections.abc import Mapping
from typing import Any

from kini.cases import corrections, rules, timeline, transition_inputs
from kini.cases.events import CaseMoved
from kini.cases.locking import lock_case
from kini.cases.models import Case
from kini.cases.move_checks import check_move
from kini.core import audit, events
from kini.core.actions import action
from kini.core.actors import Actor
from kini.services.public import kinds, snapshot_of


@action
def move(
    *,
    by: Actor,
    case: Case,
    move: str,
    values: Mapping[str, Any] | None = None,
    expected_state: str = "",
    guest_key: str = "",
) -> Case:
    """Move a case along an edge of its flow.

    Args:
        given: values of the inputs that the edge needs (inputs.take), files as lists of uploads;
            `pages` names pages of questions to be corrected, `reason` and `message` may always be given.
        expected_state: the state that the page showed; another one now is refused. Empty: any state.
        guest_key: the secret part of a guest's link.

    Returns:
        The case as stored; the passed one is stale.

    Raises:
        NotAllowed: when the actor may not take this edge.
        Stale: when the case has moved on meanwhile.
        ActionRefused: no such edge, a required input is missing, or the kind refuses.
    """
    return _take(by, lock_case(case), move, values or {}, guest_key, expected_state)


@action
def move_new_case(*, by: Actor, case: Case, move: str) -> Case:
    """Move a case that was opened in this transaction; it needs no lock and no fresh read. Raises as `move`."""
    return _take(by, case, move, {})


def _take(
    by: Actor, case: Case, move: str, values: Mapping[str, Any], guest_key: str = "", expected_state: str = ""
) -> Case:
    """Take an edge of a locked case."""
    edge, stored = check_move(by, case, move, values, expected_state=expected_state, guest_key=guest_key)
    snapshot, kind = snapshot_of(case.version), kinds.get(case.kind)
    data: dict[str, Any] = {"given": stored} if stored else {}
    changed = ["documents"] if any(map(transition_inputs.document_ids_in, stored.values())) else []
    if move == rules.ANSWER and rules.is_correctable(snapshot.flow, case.state):
        data["changed"] = corrections.copy_to_case(case, snapshot)
        changed = ["answers", "documents"]
    entry = timeline.append(case, by=by, sort="moved", move=move, to_state=edge.to, data=data, changed=changed)
    if rules.is_correctable(snapshot.flow, edge.to):
        corrections.reset_draft(case, snapshot)
    _record(by, case, entry.from_state, move)
    kind.after_move(case, move, stored)
    events.publish(CaseMoved(case.reference, move, case.state, entry.number, case.kind))
    return case


@action
def withdraw(*, by: Actor, case: Case, reason: str = "", expected_state: str = "", guest_key: str = "") -> Case:
    """Withdraw a case, as its resident, where the flow allows it. Raises as `move`."""
    values = {"reason": reason} if reason.strip() else {}
    return move(
        by=by, case=case, move=rules.WITHDRAW, values=values, expected_state=expected_state, guest_key=guest_key
    )


@action
def answer_correction(
    *, by: Actor, case: Case, message: str = "", expected_state: str = "", guest_key: str = ""
) -> Case:
    """Send a correction: changed answers and documents from the case's draft. Raises as `move`."""
    values = {"message": message} if message.strip() else {}
    return move(by=by, case=case, move=rules.ANSWER, values=values, expected_state=expected_state, guest_key=guest_key)


def _record(by: Actor, case: Case, before: str, move: str) -> None:
    detail = {"move": move, "from": before, "to": case.state}
    audit.record(by=by, action="cases.moved", subject=f"case:{case.reference}", detail=detail)
