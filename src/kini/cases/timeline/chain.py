"""Append entries to a timeline and derive the case's columns from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kini.cases import searching
from kini.cases.models import Case, Document, TimelineEntry
from kini.cases.rules.deadlines import Step, clock_reading
from kini.cases.timeline import digests
from kini.city import pack
from kini.core import moments
from kini.core.actors import Actor
from kini.core.database.fast_models import give_key, insert_later, new, update_later
from kini.services.versions import Resolved, resolve

DERIVED = ["state", "public", "due_at", "at_risk_at", "paused_at", "state_since", "closed_at", "outcome"]


@dataclass(frozen=True, slots=True)
class Derived:
    """Columns of a case that are derived from its timeline."""

    state: str
    public: str
    due_at: datetime | None
    at_risk_at: datetime | None
    paused_at: datetime | None
    state_since: datetime
    closed_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    to_state: str


def derive(entries: Iterable[Step], resolved: Resolved) -> Derived:
    """Derive the columns from the entries (in order, at least one with a state). Independent of the current time."""
    steps = [entry for entry in entries if entry.to_state]
    last = steps[-1]
    flow = resolved.flow
    reading = clock_reading(steps, flow, resolved.definition.target, pack.current().calendar, last.at)
    state = flow.states[last.to_state]
    return Derived(
        last.to_state,
        state.public.value,
        reading.due,
        reading.at_risk,
        reading.paused,
        last.at,
        reading.closed,
        state.outcome or "",
    )


def recompute(case: Case) -> Derived:
    """Derive the columns from the stored timeline; they equal the stored ones."""
    return derive(_steps(case), resolve(case.version))


def open_case(case: Case, *, by: Actor, documents: Sequence[Document] = ()) -> None:
    """Store a new case, complete but for derived columns, with its first entry in the flow's start state.

    Args:
        documents: documents of the draft in use; they become the case's.
    """
    at = moments.now()
    resolved = resolve(case.version)
    start = resolved.flow.start
    _apply(case, derive([_Step(at, start)], resolved))
    case.opened_at, case.head = at, digests.NO_ENTRY
    case.search = searching.vector(case)
    entry = new(TimelineEntry, case=case, at=at, sort="opened", to_state=start, data={})
    _chain(entry, by, digests.PARTS, documents)
    give_key(case)
    insert_later(case)
    del case.search  # what the database made of it is read when it is asked for, and stored again only when it changes
    entry.case = case
    insert_later(entry)
    if documents:
        Document.objects.filter(pk__in=[each.pk for each in documents]).update(case=case)


def append(
    case: Case,
    *,
    by: Actor,
    sort: str,
    move: str = "",
    to_state: str = "",
    public: bool = True,
    data: dict[str, Any] | None = None,
    changed: Iterable[str] = (),
) -> TimelineEntry:
    """Append an entry and save the case with all derived columns.

    Args:
        case: locked by the action that calls this, and as changed by it; its columns are stored here.
        to_state: the state the case goes into; empty when the entry is no step of the flow.
        changed: parts of the content (digests.PARTS) that the action changed.
    """
    at = max(moments.now(), case.state_since)
    from_state = case.state if to_state else ""
    if to_state:
        # The only entry is the opening, whose content equals the case's own columns.
        before = [_Step(case.state_since, case.state)] if case.entries == 1 else _steps(case)
        _apply(case, derive([*before, _Step(at, to_state)], resolve(case.version)))
    entry = new(
        TimelineEntry,
        case=case,
        at=at,
        sort=sort,
        move=move,
        from_state=from_state,
        to_state=to_state,
        public=public,
        data=data or {},
    )
    return _add(entry, by, list(changed))


def _add(entry: TimelineEntry, by: Actor, changed: list[str]) -> TimelineEntry:
    """Chain and save the entry, then save its case."""
    case = entry.case
    if "answers" in changed:
        case.search = searching.vector(case)
    _chain(entry, by, changed, list(case.documents.all()) if "documents" in changed else ())
    give_key(entry)
    insert_later(entry)
    update_later(case)
    if "answers" in changed:
        del case.search  # as in `open_case`
    return entry


def _chain(entry: TimelineEntry, by: Actor, changed: Iterable[str], documents: Sequence[Document]) -> None:
    """Number and chain the entry, add digests of the changed parts, and compute the case's MAC.

    Args:
        documents: of the case; needed where they changed.
    """
    case = entry.case
    if changed:
        entry.data = entry.data | {"holds": {part: digests.part_digest(part, case, documents) for part in changed}}
    entry.number, entry.previous = case.entries + 1, bytes(case.head)
    entry.actor_kind, entry.actor_id, entry.actor_name = by.kind.value, by.user_id, by.name
    entry.digest = digests.entry_digest(case.reference, entry)
    case.entries, case.head = entry.number, entry.digest
    case.seal = digests.seal(case)


def _steps(case: Case) -> list[_Step]:
    steps = TimelineEntry.objects.filter(case=case).exclude(to_state="").order_by("number")
    return [_Step(at, state) for at, state in steps.values_list("at", "to_state")]


def _apply(case: Case, derived: Derived) -> None:
    for name in DERIVED:
        setattr(case, name, getattr(derived, name))
