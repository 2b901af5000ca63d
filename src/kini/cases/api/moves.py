"""Moves requested through the API, shared by residents and officers."""

from typing import Any

from django.http import HttpRequest
from pydantic import Field

from kini.api.operations import In
from kini.api.problems import invalid_body
from kini.cases import access, actions, rules, transition_inputs
from kini.cases.models import Case
from kini.core import upload_quotas
from kini.core.actors import Actor
from kini.services.public import snapshots_by_version


class NewMove(In):
    """Move to take. Files require multipart/form-data: this object as the part `body`, each file under its name."""

    move: str = Field(max_length=60, description="One of the case's `moves`.")
    step: str = Field(
        default="", max_length=60, description="The `step` as read; the move is refused if the case has left it."
    )
    given: dict[str, Any] = Field(default={}, description="Inputs by the move's schema.")


def take_move(request: HttpRequest, actor: Actor, case: Case, body: NewMove, guest_key: str = "") -> Case:
    """Take a move.

    Raises:
        Problem: lists the errors by input.
        NotAllowed, Stale, ActionRefused: as `actions.move`.
    """
    snapshot = snapshots_by_version([case.version_id])[case.version_id]
    edge = rules.edge_of(snapshot.flow, case.state, body.move)
    stale = body.step and body.step != case.state
    if edge is None or stale or edge.by not in access.case_roles(actor, case, guest_key):
        values: dict[str, Any] = {}  # the action refuses it, in its own words
    else:
        inputs = transition_inputs.parse_json(snapshot, edge, body.given, request.FILES)
        if inputs.errors:
            raise invalid_body(inputs.errors.items(), "/given")
        values = inputs.values
        upload_quotas.count_uploads(request, transition_inputs.uploads_in(values), user=actor.user_id)
    return actions.move(
        by=actor, case=case, move=body.move, values=values, expected_state=body.step, guest_key=guest_key
    )
