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
        drawn = sorted(Edge(*edge) for edge in edges)
        return cls(drawn, frozenset(ends), set(drawn))

    def walked(self, edge: Edge) -> None:
        self.left.discard(edge)

    def next_edge(self, here: str) -> Edge | None:
        """First edge towards the nearest uncovered edge, else towards an end; None at an end."""
        way = self._way(here, lambda edge: edge in self.left)
        if not way and here not in self.ends:
            way = self._way(here, lambda edge: edge.to in self.ends)
        return way[0] if way else None

    def _way(self, start: str, wanted: Callable[[Edge], bool]) -> list[Edge]:
        """Shortest path (breadth-first) from `start` whose last edge is wanted; empty if there is none."""
        queue: deque[tuple[str, list[Edge]]] = deque([(start, [])])
        seen = {start}
        while queue:
            here, way = queue.popleft()
            for edge in (edge for edge in self.edges if edge.state == here):
                if wanted(edge):
                    return [*way, edge]
                if edge.to not in seen:
                    seen.add(edge.to)
                    queue.append((edge.to, [*way, edge]))
        return []
