"""`./kini wifi plan`: choose places where new access points serve most people without one in reach."""

import argparse
from pathlib import Path

from kini.core import command_line
from kini.core.actors import ActionRefused
from kini.core.config_files import ConfigErrors
from kini.wifi.public import PlanEntry, PlanRequest, PlanResult, plan_view, planner, planning_rule, validate_request


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--points", type=int, required=True, help="maximum number of new access points")
    parser.add_argument("--candidates", type=Path, metavar="FILE", help="possible places (CSV, docs/wifi.md)")
    parser.add_argument("--radius", type=int, help="metres that people walk to an access point")
    parser.add_argument("--capacity", type=int, help="people per access point")
    parser.add_argument("--cost", type=int, help="cost of a new access point without a cost in the list")
    parser.add_argument("--budget", type=int, help="maximum total cost")
    parser.add_argument(
        "--equity", type=float, help="somebody where nobody has a point counts 1 more than this (0 to 10)"
    )
    places = parser.add_mutually_exclusive_group()
    places.add_argument("--anywhere", action="store_true", default=None, help="also at places that are not listed")
    places.add_argument("--known-places", action="store_false", dest="anywhere", help="only at listed places")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the new access points to this file")
    parser.add_argument("--map", type=Path, metavar="FILE", help="write a map to this file (SVG)")


def run(options: argparse.Namespace) -> int:
    try:
        wish = _wish(options, planning_rule())
        validate_request(wish)
        with command_line.step("Places"):
            offered = planner.find_candidates(wish, options.candidates)
        with command_line.step(f"Choosing among {len(offered)}"):
            plan = planner.compute_plan(wish, offered)
    except ConfigErrors as faults:
        print(*faults.errors, sep="\n")
        raise command_line.CommandError("the list of places is invalid; fix the errors above.") from None
    except ActionRefused as reason:
        raise command_line.CommandError(str(reason)) from None
    _say(wish, plan)
    if options.csv:
        with options.csv.open("w", encoding="utf-8-sig", newline="") as file:
            plan_view.write_table(file, plan.points)
    if options.map:
        options.map.write_text(plan_view.map_file(plan.points), "utf-8")
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


def _say(wish: PlanRequest, plan: PlanResult) -> None:
    """Print the result; counts are people unless a unit is given."""
    if plan.made_up:
        print("  The input includes generated sites or places: a demonstration, not a plan.")
    print(f"  {plan.people:,} people; {plan.standing:,} points serve {plan.served:,}, {plan.left:,} have none.")
    spent = sum(each.cost for each in plan.points)
    print(f"  {len(plan.points)} new points serve {plan.gained:,} of them, for {spent:,} in all.")
    if remark := plan_view.plan_remark(wish, plan, len(plan.points)):
        print(f"  {remark}")
    print(
        f"  objective {plan.objective:,.1f} (people, those in areas with few points up to {1 + wish.equity:g} times), "
        f"bound {plan.bound:,.1f}, gap {plan.gap:.2%}, {plan.seconds:.1f} s"
    )
