"""Problem responses for refusals of this room."""

from collections.abc import Callable, Mapping
from typing import Any

from kini.api.problems import Problem
from kini.cases.actions import DraftExpired, Incomplete, StaleState
from kini.core.actors import ActionRefused
from kini.people.public import assurance_levels

REFUSALS: Mapping[type[ActionRefused], Callable[[Any], Problem]] = {
    StaleState: lambda refusal: Problem(409, str(refusal), "stale"),
    DraftExpired: lambda refusal: Problem(410, str(refusal), "expired"),
    assurance_levels.AssuranceNeeded: lambda refusal: Problem(403, str(refusal), "assurance"),
    Incomplete: lambda refusal: Problem(422, str(refusal), "invalid"),
}
