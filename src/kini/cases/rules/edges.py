"""Edges that lead out of a state, and the roles that may take them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kini.core.localized_text import Text
from kini.services.public import JOINED, WITHDRAWN, Flow

RESIDENT = "resident"
SYSTEM = "system"
#: Resident's move out of a correction; it copies the changed answers and documents to the case.
ANSWER = "answer"
WITHDRAW = "withdraw"
#: Resident's objection to a decision, and the officer's move that grants it.
OBJECT, OVERTURN = "object", "overturn"
AFTER = "after"
#: Merge of a duplicate into another case, and its undoing.
JOIN, SEPARATE = "join", "separate"


@dataclass(frozen=True, slots=True)
class Edge:
    """Edge out of a state, written in the flow or implied.

    Attributes:
        by: a role, "resident" or "system"; empty: nobody but the system.
        needs: names of required inputs.
        within: days after a case's end during which it may be taken.
        independent_of: moves; an officer who took one of them in the case may not take this edge.
    """

    move: str
    to: str
    by: str
    needs: tuple[str, ...] = ()
    label: Text | None = None
    within: int | None = None
    danger: bool = False
    independent_of: frozenset[str] = frozenset()


def edges_from(flow: Flow, state: str) -> tuple[Edge, ...]:
    """All edges out of a state: written ones, then withdrawal, timed transition and merge."""
    here = flow.states[state]
    separate = frozenset(here.independent_of)
    edges = [
        Edge(name, move.to, move.by or here.by or "", tuple(move.needs), move.label, move.within, move.danger, separate)
        for name, move in here.moves.items()
    ]
    if WITHDRAWN in flow.states and not here.end and here.withdraw:
        edges.append(Edge(WITHDRAW, WITHDRAWN, RESIDENT, danger=True))
    if here.after:
        edges.append(Edge(AFTER, here.after.to, SYSTEM))
    if JOINED in flow.states and not here.end:
        edges.append(Edge(JOIN, JOINED, SYSTEM))
    if state == JOINED:
        edges.append(Edge(SEPARATE, flow.start, SYSTEM))
    return tuple(edges)


def edge_of(flow: Flow, state: str, move: str) -> Edge | None:
    """Return the edge of that name out of the state, or None."""
    return next((edge for edge in edges_from(flow, state) if edge.move == move), None)


def is_in_time(edge: Edge, closed_at: datetime | None, now: datetime) -> bool:
    """Return True if an edge out of an ended case may still be taken."""
    return closed_at is None or edge.within is None or now <= closed_at + timedelta(days=edge.within)


def next_moves(
    flow: Flow, state: str, case_roles: Iterable[str], closed_at: datetime | None, now: datetime
) -> tuple[Edge, ...]:
    """Edges that actors with these roles (role ids, "resident") may take now, if they are independent."""
    worn = frozenset(case_roles)
    return tuple(
        edge for edge in edges_from(flow, state) if edge.by in worn - {SYSTEM} and is_in_time(edge, closed_at, now)
    )


def is_correctable(flow: Flow, state: str) -> bool:
    """Return True if the resident may change answers and documents in this state."""
    edge = edge_of(flow, state, ANSWER)
    return edge is not None and edge.by == RESIDENT
