"""Compute a plan: build the siting problem from residents, points and candidates, solve it, interpret the solution."""

from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from kini.city.public import area_lookup, city_tables, pack
from kini.core.actors import ActionRefused
from kini.core.geometry import Projection
from kini.wifi import config
from kini.wifi.inventory.models import Site
from kini.wifi.planning import candidate_sites, demand, solver_process
from kini.wifi.planning.candidate_sites import Candidate
from kini.wifi.planning.models import PlannedPoint
from kini.wifi.planning.plan_request import PlanRequest, planning_rule
from kini.wifi.planning.problem import SitingProblem, SitingSolution

#: Side of the demand grid's squares, in metres.
SIDE = 100.0
#: Time limit of the solver, in seconds.
SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class PlanResult:
    """Result of a plan request.

    Attributes:
        points: new points, most people first; not stored yet.
        people: residents; `served` by existing points, `left` without; `gained` by the new ones, `reachable` by all
            candidates.
        objective, bound, gap, seconds: as in `SitingSolution`.
        areas: people, and people with a point before and after, by part of the city.
        made_up: some existing points or candidates are sample data.
    """

    points: list[PlannedPoint]
    standing: int
    candidates: int
    people: int
    served: int
    left: int
    gained: int
    reachable: int
    objective: float
    bound: float
    gap: float
    seconds: float
    areas: dict[str, list[int]]
    made_up: bool


def find_candidates(request: PlanRequest, file: Path | None = None) -> list[Candidate]:
    """Return the candidates: of a list, else those that the city knows; and a grid, if requested.

    Raises:
        ActionRefused: if the pack has no rule.
        ConfigErrors: with every error of a list.
    """
    entry, network = planning_rule(), config.network()
    assert network
    candidates = (
        candidate_sites.read_candidates(file, network) if file else candidate_sites.known_candidates(network, entry)
    )
    return [*candidates, *candidate_sites.grid_candidates(request.metres)] if request.anywhere else candidates


def compute_plan(request: PlanRequest, candidates: Sequence[Candidate]) -> PlanResult:
    """Compute the new points, in a process of its own; takes up to some minutes.

    Raises:
        ActionRefused: if populations are unknown, or there are no candidates.
    """
    if not candidates:
        raise ActionRefused(_("There is no candidate place for a new point. Provide a list of places."))
    existing = list(_standing())
    areas = candidate_sites.populated_areas()
    if not areas:
        raise ActionRefused(_("The city's pack has no population figures (areas.csv, population)."))
    try:
        answer = solver_process.solve_in_subprocess(_question(request, candidates, existing, areas))
    except BrokenProcessPool:
        raise ActionRefused(_("The calculation was stopped, probably because memory ran out.")) from None
    pairs = enumerate(zip(answer.chosen, answer.serves, strict=True), 1)
    points = [_point(number, candidates[n], request, people) for number, (n, people) in pairs]
    return PlanResult(
        points=points,
        standing=len(existing),
        candidates=len(candidates),
        people=answer.served + answer.left,
        served=answer.served,
        left=answer.left,
        gained=answer.gained,
        reachable=answer.reachable,
        objective=answer.objective,
        bound=answer.bound,
        gap=answer.gap,
        seconds=answer.seconds,
        areas=_parts(areas, answer),
        made_up=any(site.made_up for site in existing) or any(place.made_up for place in candidates),
    )


def _point(number: int, place: Candidate, request: PlanRequest, people: int) -> PlannedPoint:
    return PlannedPoint(
        place=number,
        code=place.code,
        name=place.name,
        kind=place.kind,
        area=place.area,
        latitude=place.latitude,
        longitude=place.longitude,
        cost=_cost(request, place),
        people=people,
        made_up=place.made_up,
    )


def _cost(request: PlanRequest, place: Candidate) -> int:
    return request.cost if place.cost is None else place.cost


def _standing() -> Any:
    radios = Count("access_points", filter=Q(access_points__active=True))
    return Site.objects.filter(active=True).annotate(radios=radios).order_by("code")


def _question(
    request: PlanRequest, candidates: Sequence[Candidate], existing: Sequence[Any], codes: Sequence[str]
) -> SitingProblem:
    shapes, areas = area_lookup.area_shapes().shapes, city_tables().areas
    projection = Projection(*pack.current().center)

    def spots(points: Sequence[Any]) -> demand.Spots:
        return np.array([projection.to_metres((each.latitude, each.longitude)) for each in points]).reshape(-1, 2)

    people = [areas[code].population or 0 for code in codes]
    return SitingProblem(
        ground=demand.build_grid([projection.flatten(shapes[code]) for code in codes], people, SIDE),
        areas=len(codes),
        standing=spots(existing),
        room=np.array([max(site.radios, 1) * request.capacity for site in existing], np.int64),
        candidates=spots(candidates),
        costs=np.array([_cost(request, place) for place in candidates], np.int64),
        metres=request.metres,
        capacity=request.capacity,
        points=request.points,
        budget=request.budget,
        equity=request.equity,
        seconds=SECONDS,
    )


def _parts(codes: Sequence[str], answer: SitingSolution) -> dict[str, list[int]]:
    """Sum people, and people with a point before and after, by part of the city."""
    areas = city_tables().areas
    parts: dict[str, list[int]] = {}
    for code, before, after in zip(codes, answer.before, answer.after, strict=True):
        path = areas[code].path.split("/")
        part = parts.setdefault(path[min(1, len(path) - 1)], [0, 0, 0])
        for n, count in enumerate((areas[code].population or 0, before, after)):
            part[n] += count
    return parts
