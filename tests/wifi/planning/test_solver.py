"""The choice of new points beside trying every choice, on small cities where that can be done."""

from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kini.wifi.planning.demand import DemandGrid, build_grid
from kini.wifi.planning.solver import SitingProblem, SitingSolution, solve

SIDE, METRES = 100.0, 150.0
NOBODY = np.empty((0, 2))


def street(*people: int, areas: tuple[int, ...] = ()) -> DemandGrid:
    """Squares in a row, 100 m apart."""
    spots = np.array([[n * SIDE, 0.0] for n in range(len(people))])
    return DemandGrid(spots, np.array(people), np.array(areas or [0] * len(people)))


def asked(ground: DemandGrid, at: list[float], **other) -> SitingSolution:
    """The answer for candidates so many metres along the street; `standing` likewise."""
    existing = [[metre, 0.0] for metre in other.pop("standing", [])]
    arguments = {
        "areas": int(ground.area.max()) + 1,
        "standing": np.array(existing).reshape(-1, 2),
        "room": np.array(other.pop("room", [0] * len(existing)), np.int64),
        "candidates": np.array([[metre, 0.0] for metre in at]).reshape(-1, 2),
        "costs": np.array(other.pop("costs", [1] * len(at)), np.int64),
        **{"metres": METRES, "capacity": 1_000, "points": 1, "budget": None, "equity": 0.0, "seconds": 20.0},
        **other,
    }
    return solve(SitingProblem(ground, **arguments))


def best_of_all(
    ground: DemandGrid, at: list[float], *, capacity: int, points: int, budget: int, costs, weights
) -> float:
    """The most weight that any choice serves, by linear programming's dual: cuts of a flow, each tried."""
    best = 0.0
    for count in range(points + 1):
        for chosen in combinations(range(len(at)), count):
            if sum(costs[one] for one in chosen) <= budget:
                best = max(best, _served(ground, [at[one] for one in chosen], capacity, weights))
    return best


def _served(ground: DemandGrid, at: list[float], capacity: int, weights) -> float:
    """Greedy by weight with augmenting paths, a person at a time: exact, as those who can be served form a matroid."""
    room = [capacity] * len(at)
    holds: list[dict[int, int]] = [{} for _one in at]
    near = [[n for n, metre in enumerate(at) if abs(metre - x) <= METRES] for x, _y in ground.spots]

    def place(square: int, seen: set[int]) -> bool:
        for n in near[square]:
            if n in seen:
                continue
            seen.add(n)
            if room[n]:
                room[n] -= 1
                holds[n][square] = holds[n].get(square, 0) + 1
                return True
            for other in [each for each, many in holds[n].items() if many]:
                if place(other, seen):
                    holds[n][other] -= 1
                    holds[n][square] = holds[n].get(square, 0) + 1
                    return True
        return False

    total = 0.0
    for square in sorted(range(len(ground.people)), key=lambda n: -weights[ground.area[n]]):
        for _person in range(int(ground.people[square])):
            if not place(square, set()):
                break
            total += weights[ground.area[square]]
    return total


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    people=st.lists(st.integers(0, 6), min_size=3, max_size=7),
    at=st.lists(st.integers(0, 600).map(float), min_size=1, max_size=5),
    capacity=st.integers(1, 9),
    points=st.integers(1, 3),
    budget=st.integers(0, 9),
    data=st.data(),
)
def test_no_choice_is_better_than_the_one_that_is_proven(people, at, capacity, points, budget, data):
    ground = street(*people, areas=tuple(n % 2 for n in range(len(people))))
    costs = data.draw(st.lists(st.integers(1, 5), min_size=len(at), max_size=len(at)))
    solution = asked(ground, at, capacity=capacity, points=points, budget=budget, costs=costs, equity=0.5)
    weights = {0: 1.5, 1: 1.5}  # nobody has a point yet
    best = best_of_all(ground, at, capacity=capacity, points=points, budget=budget, costs=costs, weights=weights)
    assert solution.objective <= best + 1e-6
    assert solution.objective * (1 + solution.gap) >= best - 1e-3, "the bound holds"
    assert solution.objective >= best * 0.995 - 1e-6, "and the choice is that near to it"
    assert len(solution.chosen) <= points
    assert sum(costs[one] for one in solution.chosen) <= budget
    assert sum(solution.serves) == solution.gained <= solution.reachable <= solution.left
    assert all(0 < served <= capacity for served in solution.serves)


def test_a_point_goes_where_the_most_people_have_none():
    solution = asked(street(50, 0, 0, 0, 80, 0, 0), [0.0, 400.0])
    assert (solution.chosen, solution.serves, solution.gained, solution.left) == ([1], [80], 80, 130)
    assert solution.gap == 0


def test_whom_a_standing_point_serves_counts_no_more():
    solution = asked(street(50, 0, 0, 0, 80, 0, 0), [0.0, 400.0], standing=[450.0], room=[60])
    assert (solution.served, solution.left) == (60, 70)
    assert (solution.chosen, solution.serves) == ([0], [50]), "20 are left there, 50 here"
    assert (solution.before, solution.after) == ([60], [110])


def test_standing_points_serve_each_by_one_near_to_them():
    """The left point could serve either square; the right one only the right square. Nobody is left over."""
    solution = asked(street(10, 10), [0.0], standing=[40.0, 200.0], room=[10, 10])
    assert (solution.served, solution.left, solution.chosen) == (20, 0, [])


def test_a_full_point_serves_no_more():
    solution = asked(street(500), [0.0, 20.0, 40.0], capacity=200, points=2)
    assert (solution.serves, solution.gained, solution.reachable) == ([200, 200], 400, 500)


def test_equity_sends_a_point_to_an_area_without_any():
    ground = street(0, 100, 0, 0, 0, 110, 100, areas=(0, 0, 0, 1, 1, 1, 1))
    arguments = {"standing": [600.0], "room": [105], "metres": 60.0}
    assert asked(ground, [100.0, 500.0], **arguments).chosen == [1]
    assert asked(ground, [100.0, 500.0], **arguments, equity=1.0).chosen == [0]


def test_weights_that_differ_by_less_than_is_counted_prove_no_less_than_the_best():
    """One in 10,000 has a point in the first area: its weight is 1.9999, that of the second 2."""
    ground = street(10, 10, 0, 0, 0, 0, 0, 0, 9_990, areas=(0, 1, 0, 0, 0, 0, 0, 0, 0))
    arguments = {"standing": [800.0], "room": [1], "metres": 60.0, "capacity": 10, "equity": 1.0}
    solution = asked(ground, [50.0], **arguments)
    assert (solution.objective, solution.bound) == (20, 20)


def test_a_dear_place_gives_way_to_two_cheap_ones():
    ground = street(100, 0, 0, 60, 0, 0, 60)
    arguments = {"points": 2, "costs": [9, 5, 5], "metres": 60.0}
    assert asked(ground, [0.0, 300.0, 600.0], **arguments).serves == [100, 60]
    assert sorted(asked(ground, [0.0, 300.0, 600.0], **arguments, budget=10).chosen) == [1, 2]
    assert asked(ground, [0.0, 300.0, 600.0], **arguments, budget=4).chosen == []


def test_no_point_is_built_without_which_all_are_served_as_well():
    solution = asked(street(10, 10, 10), [0.0, 100.0, 200.0], points=3)
    assert len(solution.chosen) < 3
    assert solution.gained == solution.reachable == 30


@pytest.mark.parametrize("at", [[], [5_000.0]])
def test_nothing_to_choose_is_an_answer(at):
    solution = asked(street(10), at)
    assert (solution.chosen, solution.left, solution.reachable, solution.gap) == ([], 10, 0, 0)


def test_a_search_that_ends_early_says_how_far_it_may_be_off():
    rng = np.random.default_rng(1)
    ground = DemandGrid(rng.uniform(0, 3_000, (900, 2)), rng.integers(1, 90, 900), np.zeros(900, np.int64))
    arguments = {"ground": ground, "areas": 1, "standing": NOBODY, "room": np.zeros(0, np.int64)}
    arguments |= {"candidates": rng.uniform(0, 3_000, (150, 2)), "costs": np.ones(150, np.int64), "metres": 250.0}
    arguments |= {"capacity": 400, "points": 30, "budget": None, "equity": 0.0}
    soon, full = solve(SitingProblem(**arguments, seconds=0.0)), solve(SitingProblem(**arguments, seconds=30.0))
    assert full.gap <= 0.01
    assert soon.bound >= full.objective, "what the other search found is no more than this bound"
    assert soon.objective <= full.bound


def test_people_are_spread_evenly_and_none_is_lost():
    box = shapely.box(0, 0, 1_000, 500)
    solution = build_grid([box, shapely.box(2_000, 0, 2_010, 10)], [12_345, 7], SIDE)
    assert list(np.bincount(solution.area, solution.people)) == [12_345, 7]
    assert sorted(set(solution.people[:-1])) == [246, 247]
    assert list(solution.spots[-1]) == [2_005, 5], "an area that holds no middle of a square has one point"
