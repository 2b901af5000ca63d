"""What is to be chosen and what was, in numbers alone: they go to the process that solves, and back."""

from dataclasses import dataclass

from kini.wifi.where.ground import Ground, Numbers, Spots


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be chosen, where people and points stand in metres.

    Attributes:
        standing, room: points that are there already, and how many people each may serve.
        candidates, costs: places that may be chosen, and what a point there costs.
        metres: within which a point is reached, as a bird flies.
        capacity: people that a new point may serve.
        points: at most so many; `budget`: they cost at most so much, None: whatever they cost.
        equity: somebody in an area where nobody has a point counts 1 + equity, where all have one 1, between evenly,
            in thousandths.
        seconds: after so long the best that was found is the answer.
    """

    ground: Ground
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
class Answer:
    """What was chosen.

    Attributes:
        chosen: numbers of candidates, those that serve most first, with the people (`serves`) of each.
        served: people whom standing points serve; `left`: those whom they do not.
        gained: people whom the chosen ones serve; `reachable`: whom all candidates together could serve.
        objective: `gained`, each counted by the weight of their area; `bound`: no choice has more, which is proven.
        seconds: that the whole took.
        before, after: people with a point, of each area.
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
        """By how much of itself the objective could still grow at the very most."""
        return max(0.0, self.bound / self.objective - 1) if self.objective else 0.0
