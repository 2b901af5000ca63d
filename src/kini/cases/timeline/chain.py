"""Append entries to a timeline and derive the case's columns from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kini.cases import search_index
from kini.cases.models import Attachment, Case, TimelineEntry
from kini.cases.rules.deadlines import StateChange, read_clock
from kini.cases.timeline import digests
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import Actor
from kini.core.database.fast_models import allocate_pk, build_row, insert_deferred, update_deferred
from kini.services.public import ServiceSnapshot, snapshot_of

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


def derive(entries: Iterable[StateChange], snapshot: ServiceSnapshot) -> Derived:
    """Derive the columns from the entries (in order, at least one with a state). Independent of the current time."""
    steps = [entry for entry in entries if entry.to_state]
    last = steps[-1]
    flow = snapshot.flow
    reading = read_clock(steps, flow, snapshot.definition.target, pack.current().calendar, last.at)
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
    return derive(_steps(case), snapshot_of(case.version))


def open_case(case: Case, *, by: Actor, documents: Sequence[Attachment] = ()) -> None:
    """Store a new case, complete but for derived columns, with its first entry in the flow's start state.

    Args:
        documents: documents of the draft in use; they become the case's.
    """
    at = current_time.now()
    snapshot = snapshot_of(case.version)
    start = snapshot.flow.start
    _apply(case, derive([_Step(at, start)], snapshot))
    case.opened_at, case.head = at, digests.NO_ENTRY
    case.search = search_index.search_vector(case)
    entry = build_row(TimelineEntry, case=case, at=at, sort="opened", to_state=start, data={})
    _chain(entry, by, digests.PARTS, documents)
    allocate_pk(case)
    insert_deferred(case)
    del case.search  # what the database made of it is read when it is asked for, and stored again only when it changes
    entry.case = case
    insert_deferred(entry)
    if documents:
        Attachment.objects.filter(pk__in=[each.pk for each in documents]).update(case=case)


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
    at = max(current_time.now(), case.state_since)
    from_state = case.state if to_state else ""
    if to_state:
        # The only entry is the opening, whose content equals the case's own columns.
        before = [_Step(case.state_since, case.state)] if case.entries == 1 else _steps(case)
        _apply(case, derive([*before, _Step(at, to_state)], snapshot_of(case.version)))
    entry = build_row(
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
        case.search = search_index.search_vector(case)
    _chain(entry, by, changed, list(case.documents.all()) if "documents" in changed else ())
    allocate_pk(entry)
    insert_deferred(entry)
    update_deferred(case)
    if "answers" in changed:
        del case.search  # as in `open_case`
    return entry


def _chain(entry: TimelineEntry, by: Actor, changed: Iterable[str], documents: Sequence[Attachment]) -> None:
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
    case.seal = digests.case_mac(case)


def _steps(case: Case) -> list[_Step]:
    steps = TimelineEntry.objects.filter(case=case).exclude(to_state="").order_by("number")
    return [_Step(at, state) for at, state in steps.values_list("at", "to_state")]


def _apply(case: Case, derived: Derived) -> None:
    for name in DERIVED:
        setattr(case, name, getattr(derived, name))
