"""Problem responses for refusals of this room."""

from collections.abc import Callable, Mapping
from typing import Any

from kini.api.problems import Problem
from kini.cases.actions import Expired, Incomplete, Stale
from kini.core.actors import Refused
from kini.people.levels import AssuranceNeeded

REFUSALS: Mapping[type[Refused], Callable[[Any], Problem]] = {
    Stale: lambda refusal: Problem(409, str(refusal), "stale"),
    Expired: lambda refusal: Problem(410, str(refusal), "expired"),
    AssuranceNeeded: lambda refusal: Problem(403, str(refusal), "assurance"),
    Incomplete: lambda refusal: Problem(422, str(refusal), "invalid"),
}
