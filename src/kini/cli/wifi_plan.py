"""`./kini wifi plan`: choose places where new access points serve most people without one in reach."""

import argparse
from pathlib import Path

from kini.cli import console
from kini.core.actors import ActionRefused
from kini.core.config_files import ConfigErrors
from kini.wifi.planning import plan_view, planner
from kini.wifi.planning.plan_request import PlanRequest, planning_rule, validate_request
from kini.wifi.planning.planner import PlanResult
from kini.wifi.planning.schema import PlanEntry


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--points", type=int, required=True, help="at most so many new points")
    parser.add_argument("--candidates", type=Path, metavar="FILE", help="places where one may come (CSV, docs/wifi.md)")
    parser.add_argument("--radius", type=int, help="metres that people walk to a point")
    parser.add_argument("--capacity", type=int, help="people that a point may serve")
    parser.add_argument("--cost", type=int, help="of a new point, where the list does not say it")
    parser.add_argument("--budget", type=int, help="of all new points together")
    parser.add_argument(
        "--equity", type=float, help="somebody where nobody has a point counts 1 more than this (0 to 10)"
    )
    places = parser.add_mutually_exclusive_group()
    places.add_argument("--anywhere", action="store_true", default=None, help="also where no place is known yet")
    places.add_argument("--known-places", action="store_false", dest="anywhere", help="only at places that are known")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the new points there")
    parser.add_argument("--map", type=Path, metavar="FILE", help="write a map of them there (SVG)")


def run(options: argparse.Namespace) -> int:
    try:
        wish = _wish(options, planning_rule())
        validate_request(wish)
        with console.step("Places"):
            offered = planner.find_candidates(wish, options.candidates)
        with console.step(f"Choosing among {len(offered)}"):
            found = planner.compute_plan(wish, offered)
    except ConfigErrors as faults:
        print(*faults.errors, sep="\n")
        raise console.CommandError("the list of places was not taken; mend the lines above.") from None
    except ActionRefused as reason:
        raise console.CommandError(str(reason)) from None
    _say(wish, found)
    if options.csv:
        with options.csv.open("w", encoding="utf-8-sig", newline="") as file:
            plan_view.write_table(file, found.points)
    if options.map:
        options.map.write_text(plan_view.map_file(found.points), "utf-8")
    return 0


def _wish(options: argparse.Namespace, entry: PlanEntry) -> PlanRequest:
    """Build the request from the options, with the pack's defaults; with --candidates only these places by default."""

    def chosen(typed: float | None, ruled: float) -> float:
        return ruled if typed is None else typed

    return PlanRequest(
        points=options.points,
        radius_m=int(chosen(options.radius, entry.radius_m)),
        capacity=int(chosen(options.capacity, entry.capacity)),
        cost=int(chosen(options.cost, entry.cost)),
        budget=options.budget,
        equity=float(chosen(options.equity, entry.equity)),
        anywhere=bool(chosen(options.anywhere, entry.anywhere and not options.candidates)),
    )


def _say(wish: PlanRequest, found: PlanResult) -> None:
    """Print the result; counts are people unless a unit is given."""
    if found.made_up:
        print("  Made-up points or places are among those that were reckoned with: a first look, no plan.")
    print(f"  {found.people:,} people; {found.standing:,} points serve {found.served:,}, {found.left:,} have none.")
    spent = sum(each.cost for each in found.points)
    print(f"  {len(found.points)} new points serve {found.gained:,} of them, for {spent:,} in all.")
    if remark := plan_view.plan_remark(wish, found, len(found.points)):
        print(f"  {remark}")
    print(
        f"  objective {found.objective:,.1f} (people, those in areas with few points up to {1 + wish.equity:g} times), "
        f"bound {found.bound:,.1f}, gap {found.gap:.2%}, {found.seconds:.1f} s"
    )
