"""Solver: capacitated maximal covering as a mixed-integer programme for HiGHS. Pure. It loads OR-Tools, so only the
solver's process imports it (`solver_process`).

Church and ReVelle 1974 (maximal covering); capacities and areas' weights as in Current and Storbeck 1988.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np
from ortools.graph.python import min_cost_flow
from ortools.math_opt.python import mathopt

from kini.wifi.planning.demand import DemandGrid, Numbers, Reach, Spots, find_reach
from kini.wifi.planning.problem import SitingProblem, SitingSolution

#: Flow costs are integers, so weights are multiples of a thousandth: the flow is exactly optimal.
PARTS = 1_000
#: Relative optimality gap at which the search stops.
NEAR_ENOUGH = 0.005


@dataclass(frozen=True, slots=True)
class _Open:
    """People without a point whom a candidate reaches. Squares of one area with the same candidates form one group.

    Attributes:
        people, weight, area: by group.
        group, candidate: pairs, sorted by group.
    """

    people: Numbers
    weight: Spots
    area: Numbers
    group: Numbers
    candidate: Numbers


def solve(question: SitingProblem) -> SitingSolution:
    """Assign people to existing points, nearest first; then choose candidates for the others."""
    began = time.monotonic()
    ground = question.ground
    reachable = find_reach(question.standing, ground, question.metres)
    assigned = _flow(reachable.point, reachable.square, question.room, ground.people, reachable.metres)
    served = np.bincount(reachable.square, assigned, len(ground.people)).astype(np.int64)
    before = np.bincount(ground.area, served, question.areas)
    people = np.bincount(ground.area, ground.people, question.areas)
    share = np.divide(before, people, out=np.zeros(question.areas), where=people > 0)
    rest = ground.people - served
    weights = np.rint(PARTS * (1 + question.equity * (1 - share))) / PARTS
    open_ = _grouped(find_reach(question.candidates, ground, question.metres), ground, rest, weights)
    everything = _gain(open_, range(len(question.candidates)), question.capacity)
    best = everything @ open_.weight[open_.group]
    chosen, proven = _choose(question, open_, began + question.seconds - time.monotonic())
    gain = _gain(open_, chosen, question.capacity)
    if gain.sum() == everything.sum():
        gain = _without_spare(open_, chosen, question.capacity, gain)
    serves = np.bincount(open_.candidate, gain, len(question.candidates)).astype(np.int64)
    order = [int(n) for n in np.argsort(-serves, kind="stable") if serves[n]]
    after = before + np.bincount(open_.area[open_.group], gain, question.areas)
    objective = float(gain @ open_.weight[open_.group])
    return SitingSolution(
        chosen=order,
        serves=[int(serves[n]) for n in order],
        served=int(served.sum()),
        left=int(rest.sum()),
        gained=int(gain.sum()),
        reachable=int(everything.sum()),
        objective=objective,
        bound=max(objective, min(float(best), proven)),
        seconds=time.monotonic() - began,
        before=[int(count) for count in before],
        after=[int(count) for count in after],
    )


def _flow(point: Numbers, square: Numbers, capacities: Numbers, people: Numbers, cost: Numbers) -> Numbers:
    """Return the people served for each pair of point and square: a maximum flow of minimum cost."""
    points, squares = len(capacities), len(people)
    if not len(point):
        return np.zeros(0, np.int64)
    source, sink = points + squares, points + squares + 1
    flow = min_cost_flow.SimpleMinCostFlow()
    add = flow.add_arcs_with_capacity_and_unit_cost
    add(np.full(points, source), np.arange(points), capacities, np.zeros(points, np.int64))
    pairs = add(point, points + square, np.minimum(people[square], capacities[point]), cost)
    add(points + np.arange(squares), np.full(squares, sink), people, np.zeros(squares, np.int64))
    most = int(min(people.sum(), capacities.sum()))
    flow.set_nodes_supplies(np.array([source, sink]), np.array([most, -most]))
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise RuntimeError(f"The flow was not found: {status}.")
    flows: Numbers = flow.flows(pairs)
    return flows


def _grouped(reachable: Reach, ground: DemandGrid, rest: Numbers, weights: Spots) -> _Open:
    """Pair candidates with people without a point; equal squares are merged."""
    order = np.lexsort((reachable.point, reachable.square))
    order = order[rest[reachable.square[order]] > 0]
    point, square = reachable.point[order], reachable.square[order]
    edges = [*np.flatnonzero(np.diff(square, prepend=-1)), len(square)]
    groups: dict[tuple[int, bytes], int] = {}
    people: list[int] = []
    pairs: list[tuple[int, Numbers]] = []
    for first, after in pairwise(edges):
        if first == after:
            continue
        one = int(square[first])
        key = int(ground.area[one]), point[first:after].tobytes()
        if key not in groups:
            groups[key] = len(people)
            people.append(0)
            pairs.append((key[0], point[first:after]))
        people[groups[key]] += int(rest[one])
    area = np.array([each for each, _points in pairs], np.int64)
    lengths = [len(points) for _area, points in pairs]
    candidate = np.concatenate([points for _area, points in pairs]) if pairs else np.zeros(0, np.int64)
    group = np.repeat(np.arange(len(pairs), dtype=np.int64), lengths)
    return _Open(np.array(people, np.int64), weights[area], area, group, candidate)


def _gain(open_: _Open, chosen: Sequence[int], capacity: int) -> Numbers:
    """Return the largest weighted number of people that these candidates serve, by pair."""
    built = np.isin(open_.candidate, np.array(chosen, np.int64))
    numbers, point = np.unique(open_.candidate[built], return_inverse=True)
    group = open_.group[built]
    capacities = np.full(len(numbers), capacity, np.int64)
    # The sets of people that can be served form a matroid (a gammoid), so maximum weight is also maximum number.
    cost = -np.rint(open_.weight[group] * PARTS).astype(np.int64)
    gain = np.zeros(len(open_.group), np.int64)
    gain[built] = _flow(point, group, capacities, open_.people, cost)
    return gain


def _without_spare(open_: _Open, chosen: Sequence[int], capacity: int, gain: Numbers) -> Numbers:
    """Drop candidates that are not needed to serve the same people, those that serve least first."""
    needed = list(chosen)
    for one in sorted(chosen, key=lambda one: int(gain[open_.candidate == one].sum())):
        fewer = [each for each in needed if each != one]
        fewer_gain = _gain(open_, fewer, capacity)
        if fewer_gain.sum() == gain.sum():
            needed, gain = fewer, fewer_gain
    return gain


def _choose(question: SitingProblem, open_: _Open, seconds: float) -> tuple[list[int], float]:
    """Return the candidates that serve the most by weight, and the proven upper bound."""
    if not len(open_.group):
        return [], 0.0
    capacity, total = question.capacity, np.bincount(open_.candidate, open_.people[open_.group])
    model = mathopt.Model()
    build = {int(one): model.add_binary_variable() for one in np.unique(open_.candidate)}
    model.add_linear_constraint(mathopt.LinearSum(build.values()) <= question.points)
    if question.budget is not None:
        spent = (float(question.costs[one]) * variable for one, variable in build.items())
        model.add_linear_constraint(mathopt.LinearSum(spent) <= question.budget)
    by_group: dict[int, list[mathopt.Variable]] = {}
    by_candidate: dict[int, list[mathopt.Variable]] = {}
    worth = []
    for group, one in zip(open_.group.tolist(), open_.candidate.tolist(), strict=True):
        most = min(int(open_.people[group]), capacity)
        serve = model.add_variable(lb=0.0, ub=most)
        model.add_linear_constraint(serve <= most * build[one])
        by_group.setdefault(group, []).append(serve)
        by_candidate.setdefault(one, []).append(serve)
        worth.append(float(open_.weight[group]) * serve)
    for group, variables in by_group.items():
        if len(variables) > 1:
            model.add_linear_constraint(mathopt.LinearSum(variables) <= int(open_.people[group]))
    for one, variables in by_candidate.items():
        if total[one] > capacity:
            model.add_linear_constraint(mathopt.LinearSum(variables) <= capacity * build[one])
    model.maximize(mathopt.LinearSum(worth))
    limits = mathopt.SolveParameters(
        time_limit=timedelta(seconds=max(seconds, 1.0)), relative_gap_tolerance=NEAR_ENOUGH
    )
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=limits)
    bound = result.termination.objective_bounds.dual_bound
    if not result.has_primal_feasible_solution():
        return [], float(bound)
    values = result.variable_values()
    return [one for one, variable in build.items() if values[variable] > 0.5], float(bound)
