"""A step of a case, as a program asks for it: the same for residents and officers."""

from typing import Any

from django.http import HttpRequest
from pydantic import Field

from kini.api.problems import invalid
from kini.api.routing import In
from kini.cases import access, actions, inputs, rules
from kini.cases.models import Case
from kini.core import upload_limits
from kini.core.actors import Actor
from kini.services.versions import resolve_many


class NewMove(In):
    """A step to take. Files go into the same request as a form: this as the part `body`, each file by its name."""

    move: str = Field(max_length=60, description="One of the case's `moves`.")
    step: str = Field(default="", max_length=60, description="The `step` that was read; another one now is refused.")
    given: dict[str, Any] = Field(default={}, description="As the move's own schema says.")


def take(request: HttpRequest, actor: Actor, case: Case, body: NewMove, guest_key: str = "") -> Case:
    """Take a step.

    Raises:
        Problem: with what is wrong with each thing that was given.
        NotAllowed, Stale, Refused: as `actions.move`.
    """
    resolved = resolve_many([case.version_id])[case.version_id]
    edge = rules.edge_of(resolved.flow, case.state, body.move)
    stale = body.step and body.step != case.state
    if edge is None or stale or edge.by not in access.hats(actor, case, guest_key):
        values: dict[str, Any] = {}  # the action refuses it, in its own words
    else:
        given = inputs.read(resolved, edge, body.given, request.FILES)
        if given.errors:
            raise invalid(given.errors.items(), "/given")
        values = given.values
        upload_limits.require(request, inputs.uploads_in(values), user=actor.user_id)
    return actions.move(
        by=actor, case=case, move=body.move, given=values, expected_state=body.step, guest_key=guest_key
    )
