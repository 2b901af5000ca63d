"""Pure rules: evidence, time until reports are closed, cells of the map."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from math import cos, degrees, floor, radians
from typing import Any, Protocol

from kini.cases.rules import RESIDENT, SYSTEM, Edge, edges_from
from kini.core.geometry import EARTH_RADIUS_M
from kini.services.public import Flow


class EvidenceEntry(Protocol):
    """Fields of a timeline entry that the rules need."""

    @property
    def from_state(self) -> str: ...
    @property
    def to_state(self) -> str: ...
    @property
    def actor_id(self) -> int | None: ...
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


def taken_elsewhere(metres_away: int | None, most: int) -> bool:
    """Return True if the photo's metadata says that it was taken far from the report. Many photos have no place."""
    return bool(most) and metres_away is not None and metres_away > most


def dispute_edge(flow: Flow, state: str, *, by_program: bool = False) -> Edge | None:
    """Return the edge by which the reporter (after a failed audit the program) re-opens a report said to be solved."""
    actor = SYSTEM if by_program else RESIDENT
    edges = [edge for edge in edges_from(flow, state) if edge.by == actor and not flow.states[edge.to].end]
    return edges[0] if is_solved(flow, state) and edges else None


def finishers(entries: Iterable[EvidenceEntry], flow: Flow, evidence: str) -> set[int]:
    """Return the officers who gave the evidence for, or closed, a report that was re-opened later."""
    before: set[int] = set()
    current: set[int] = set()
    for entry in entries:
        if entry.from_state and flow.states[entry.from_state].end:
            before, current = before | current, set()
        gives = (entry.data.get("given") or {}).get(evidence) or (entry.to_state and is_solved(flow, entry.to_state))
        if entry.actor_kind == "officer" and entry.actor_id and gives:
            current.add(entry.actor_id)
    return before


def has_worked_on(entries: Iterable[EvidenceEntry], user: int) -> bool:
    """Return True if the officer took a step, or was asked to."""
    return any(entry.actor_kind == "officer" and entry.actor_id == user for entry in entries)


def survival(counts: Mapping[int, tuple[int, int]]) -> list[tuple[int, float]]:
    """Return the Kaplan-Meier estimate: (day, share that is still open after it) for each day with a closing.

    Args:
        counts: (closed, still open and so old) by days since the report.
    """
    at_risk, share, curve = sum(sum(each) for each in counts.values()), 1.0, []
    for day in sorted(counts):
        closed, censored = counts[day]
        if closed:
            share *= 1 - closed / at_risk
            curve.append((day, share))
        at_risk -= closed + censored
    return curve


def median_days(counts: Mapping[int, tuple[int, int]]) -> int | None:
    """Return the day by which half are closed; None while more than half are open."""
    return next((day for day, share in survival(counts) if share <= 0.5), None)


#: Reports are found by cells of 1/200 degree, about 550 metres from south to north.
CELLS_PER_DEGREE = 200
#: Numbers of cells from one row to the next to the north.
CELLS_PER_ROW = 1_000_000


def cell_of(latitude: float, longitude: float) -> int:
    """Return the cell of a point, as the database computes it (`Publication.cell`)."""
    return floor((latitude + 90) * CELLS_PER_DEGREE) * CELLS_PER_ROW + floor((longitude + 180) * CELLS_PER_DEGREE)


def degrees_around(latitude: float, metres: float) -> tuple[float, float]:
    """Return how many degrees of latitude and of longitude reach so many metres from a point."""
    north = degrees(metres / EARTH_RADIUS_M)
    return north, north / max(cos(radians(latitude)), 0.01)


def cells_around(latitude: float, longitude: float, metres: float) -> list[int]:
    """Return the cells that a circle around a point touches: at most four up to 270 metres near the equator."""
    north, east = degrees_around(latitude, metres)
    south_west, north_east = cell_of(latitude - north, longitude - east), cell_of(latitude + north, longitude + east)
    rows = range(south_west // CELLS_PER_ROW, north_east // CELLS_PER_ROW + 1)
    columns = range(south_west % CELLS_PER_ROW, north_east % CELLS_PER_ROW + 1)
    return [row * CELLS_PER_ROW + column for row in rows for column in columns]


def months_until(last: date, count: int) -> list[date]:
    """Return the first days of so many months up to that of a day, the earliest first."""
    numbers = range(last.year * 12 + last.month - count, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]
