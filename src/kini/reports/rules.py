"""Pure rules of evidence."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

from kini.services.public import Flow


class EvidenceEntry(Protocol):
    """Fields of a timeline entry that the rules need."""

    @property
    def from_state(self) -> str: ...
    @property
    def actor_kind(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...


def is_solved(flow: Flow, state: str) -> bool:
    """Return True if the state means that the problem is solved."""
    return flow.states[state].outcome == "solved"


def evidence_given(entries: Iterable[EvidenceEntry], flow: Flow, name: str) -> bool:
    """Return True if an officer has given the evidence `name` since the report was last opened."""
    has_evidence = False
    for entry in entries:
        if entry.from_state and flow.states[entry.from_state].end:
            has_evidence = False
        files = (entry.data.get("given") or {}).get(name)
        has_evidence = has_evidence or (entry.actor_kind == "officer" and bool(files))
    return has_evidence


def taken_too_early(taken_at: datetime | None, reported_at: datetime) -> bool:
    """Return True if the photo's metadata says that it predates the report. Many photos have none."""
    return taken_at is not None and taken_at < reported_at
