"""Path planning that covers every edge of a flow. Pure."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    state: str
    move: str
    to: str


@dataclass(slots=True)
class FlowCoverage:
    """Edges of a flow, and those not covered yet."""

    edges: list[Edge]
    ends: frozenset[str]
    left: set[Edge]

    @classmethod
    def of(cls, edges: Iterable[tuple[str, str, str]], ends: Iterable[str]) -> "FlowCoverage":
        all_edges = sorted(Edge(*edge) for edge in edges)
        return cls(all_edges, frozenset(ends), set(all_edges))

    def mark_covered(self, edge: Edge) -> None:
        self.left.discard(edge)

    def next_edge(self, here: str) -> Edge | None:
        """First edge towards the nearest uncovered edge, else towards an end; None at an end."""
        path = self._path(here, lambda edge: edge in self.left)
        if not path and here not in self.ends:
            path = self._path(here, lambda edge: edge.to in self.ends)
        return path[0] if path else None

    def _path(self, start: str, wanted: Callable[[Edge], bool]) -> list[Edge]:
        """Shortest path (breadth-first) from `start` whose last edge is wanted; empty if there is none."""
        queue: deque[tuple[str, list[Edge]]] = deque([(start, [])])
        seen = {start}
        while queue:
            here, path = queue.popleft()
            for edge in (edge for edge in self.edges if edge.state == here):
                if wanted(edge):
                    return [*path, edge]
                if edge.to not in seen:
                    seen.add(edge.to)
                    queue.append((edge.to, [*path, edge]))
        return []
