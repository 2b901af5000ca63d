"""What proves that work was done: pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from kini.services.flows import Flow


class Said(Protocol):
    """What is read of a timeline entry."""

    @property
    def from_state(self) -> str: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...


def solves(flow: Flow, state: str) -> bool:
    """Whether reaching this state says that the problem is solved."""
    return flow.states[state].outcome == "solved"


def evidence_given(entries: Iterable[Said], flow: Flow, name: str) -> bool:
    """Whether an officer has shown the evidence `name` since the report was opened, or last opened again."""
    given = False
    for entry in entries:
        if entry.from_state and flow.states[entry.from_state].end:
            given = False
        files = (entry.data.get("given") or {}).get(name)
        given = given or (entry.actor_kind == "officer" and bool(files))
    return given


def taken_too_early(taken_at: datetime | None, reported_at: datetime) -> bool:
    """Whether a photo says that it was taken before the report; many photos do not say."""
    return taken_at is not None and taken_at < reported_at
