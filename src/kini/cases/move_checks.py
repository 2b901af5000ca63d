"""Checks of a move before it is taken or scheduled."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kini.cases import independence, rules, transition_inputs
from kini.cases.access import case_roles
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.services.public import ServiceSnapshot, kinds, snapshot_of


class StaleState(ActionRefused):
    """The page showed a state that the case has left."""


def check_move(
    by: Actor, case: Case, move: str, values: Mapping[str, Any], *, expected_state: str = "", guest_key: str = ""
) -> tuple[rules.Edge, dict[str, Any]]:
    """Return the edge of a locked case and its inputs as stored, if the actor may take it now. Raises as `move`."""
    if expected_state and case.state != expected_state:
        raise StaleState(_("This case has changed in the meantime. Check it before you continue."))
    snapshot = snapshot_of(case.version)
    edge = _permitted(by, case, snapshot, move, guest_key)
    stored = transition_inputs.validate_and_store(by, case, snapshot, edge, values)
    kinds.get(case.kind).validate_move(case, move, stored)
    return edge, stored


def _permitted(by: Actor, case: Case, snapshot: ServiceSnapshot, move: str, guest_key: str) -> rules.Edge:
    edge = rules.edge_of(snapshot.flow, case.state, move)
    worn = case_roles(by, case, guest_key)
    if not worn:
        raise NotAllowed(_("You cannot change this case. Ask the person it belongs to."))
    if edge is None:
        raise ActionRefused(_("This step is not possible now. Check the case again."))
    if rules.SYSTEM not in worn and edge.by not in worn:
        raise NotAllowed(_("This step belongs to somebody else."))
    if not rules.is_in_time(edge, case.closed_at, current_time.now()):
        raise ActionRefused(_("The time for this step is over. Start a new case instead."))
    independence.require_independent(by, case, edge, snapshot)
    return edge
