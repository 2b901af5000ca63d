"""Input and output of the solver: numbers only, which go to its process and back."""

from dataclasses import dataclass

from kini.wifi.planning.demand import DemandGrid, Numbers, Spots


@dataclass(frozen=True, slots=True)
class SitingProblem:
    """A siting problem; positions are in metres.

    Attributes:
        standing, room: existing points, and the people that each may serve.
        candidates, costs: candidate sites, and the cost of a point there.
        metres: straight-line distance within which a point is reached.
        capacity: people that a new point may serve.
        points: maximum number of points; `budget`: maximum cost, None: no limit.
        equity: a person weighs 1 + equity in an area where nobody has a point, 1 where all have one, linearly in
            between, rounded to thousandths.
        seconds: time limit, after which the best solution so far is returned.
    """

    ground: DemandGrid
    areas: int
    standing: Spots
    room: Numbers
    candidates: Spots
    costs: Numbers
    metres: float
    capacity: int
    points: int
    budget: int | None
    equity: float
    seconds: float


@dataclass(frozen=True, slots=True)
class SitingSolution:
    """A solution.

    Attributes:
        chosen: indices of candidates, most people first, with the people (`serves`) of each.
        served: people served by existing points; `left`: the others.
        gained: people served by the chosen ones; `reachable`: people that all candidates together could serve.
        objective: `gained`, weighted by area; `bound`: proven upper bound.
        seconds: duration.
        before, after: people with a point, by area.
    """

    chosen: list[int]
    serves: list[int]
    served: int
    left: int
    gained: int
    reachable: int
    objective: float
    bound: float
    seconds: float
    before: list[int]
    after: list[int]

    @property
    def gap(self) -> float:
        """Relative gap between the objective and its bound."""
        return max(0.0, self.bound / self.objective - 1) if self.objective else 0.0
