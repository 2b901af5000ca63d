"""Desk pages of network planning: request a plan, show its result, compare two plans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kini.city import queries as city
from kini.city.public import city_tables
from kini.core.actors import ActionRefused, Actor
from kini.core.ids import parse_pk
from kini.people.public import desk_counts, officers_only
from kini.people.queries import actor_for
from kini.people.rules import scope_with
from kini.web import downloads
from kini.web.desk_help import register_help
from kini.web.formats import money
from kini.web.navigation import NavItem, navigation
from kini.web.redirects import see_other
from kini.wifi import config
from kini.wifi.permissions import WifiPermission
from kini.wifi.planning import actions, plan_view
from kini.wifi.planning.models import Plan, PlannedPoint
from kini.wifi.planning.plan_request import PlanRequest, planning_rule, request_of
from kini.wifi.schema import PlanEntry

PLAN = WifiPermission.PLAN_WIFI
ON_PAGE, LONGEST = 20, 80
#: Seconds after which the page of an unfinished plan reloads.
LOOK_AGAIN = 5


@dataclass(frozen=True, slots=True)
class Typed:
    """Form input as typed."""

    name: str = ""
    points: str = "100"
    radius_m: str = ""
    capacity: str = ""
    cost: str = ""
    budget: str = ""
    equity: str = ""
    anywhere: str = ""


@officers_only(PLAN)
@require_http_methods(["GET", "HEAD", "POST"])
def plans_page(request: HttpRequest) -> HttpResponse:
    """List the plans of the officer's agency, with a form for a new one."""
    actor, entry = actor_for(request), _entry()
    if request.method != "POST":
        like = _own(actor).filter(pk=parse_pk(request.GET.get("like"))).first()
        return _list(request, actor, _typed(like) if like else _ruled(entry), "")
    typed = Typed(**{name: request.POST.get(name, "")[:LONGEST].replace("\0", "") for name in Typed.__slots__})
    try:
        plan = actions.request_plan(
            by=actor, name=typed.name, plan_request=_request(typed), scope=scope_with(actor, PLAN)
        )
    except ActionRefused as refusal:
        return _list(request, actor, typed, str(refusal))
    return see_other("wifi:desk-plan", plan.pk)


@officers_only(PLAN)
@require_safe
def plan_page(request: HttpRequest, plan: int) -> HttpResponse:
    """Show a plan: its progress, and once computed its figures, map and points."""
    row = get_object_or_404(_own(actor_for(request)), pk=plan)
    points = list(row.points.select_related("area"))
    page = Paginator(points, ON_PAGE).get_page(request.GET.get("page"))
    context = {
        "plan": row,
        "look_again": LOOK_AGAIN,
        "wish": _request_facts(row),
        "facts": _facts(row, points),
        "remark": plan_view.plan_remark(request_of(row), row, len(points)) if row.areas else "",
        "areas": _areas(row),
        "page": page,
        "map": plan_view.map_of(points, list(page.object_list)),
        "kinds": {name: kind.name for name, kind in _kinds().items()},
        "official": city.boundaries_are_official(),
    }
    return render(request, "wifi/plan.html", context)


@officers_only(PLAN)
@require_safe
def compare_plans(request: HttpRequest) -> HttpResponse:
    """Show two plans side by side."""
    ready = _own(actor_for(request)).filter(areas__isnull=False).order_by("-pk")
    chosen = [ready.filter(pk=parse_pk(request.GET.get(name))).first() for name in ("a", "b")]
    context: dict[str, Any] = {"ready": ready, "chosen": chosen}
    first, second = chosen
    if first and second:
        points = [list(each.points.select_related("area")) for each in (first, second)]
        facts = [
            [*_request_facts(each), *_facts(each, plan_points)]
            for each, plan_points in zip((first, second), points, strict=True)
        ]
        context["rows"] = [(label, one, other) for (label, one), (_same, other) in zip(*facts, strict=True)]
        context["both"] = len({each.code for each in points[0]} & {each.code for each in points[1]})
        context["maps"] = [
            (each, plan_view.map_of(plan_points, plan_points[:ON_PAGE]))
            for each, plan_points in zip((first, second), points, strict=True)
        ]
    return render(request, "wifi/plans_compare.html", context)


@officers_only(PLAN)
@require_safe
def plan_csv(request: HttpRequest, plan: int) -> HttpResponse:
    """Return the points of a plan as CSV."""
    row = get_object_or_404(_own(actor_for(request)), pk=plan)
    points = list(row.points.select_related("area"))
    return downloads.csv_response(f"wifi-plan-{row.pk}.csv", plan_view.HEAD, plan_view.plan_rows(points))


@officers_only(PLAN)
@require_POST
def delete_plan_view(request: HttpRequest, plan: int) -> HttpResponse:
    """Delete a plan."""
    actor = actor_for(request)
    actions.delete_plan(by=actor, plan=plan, scope=scope_with(actor, PLAN))
    messages.success(request, _("The plan was deleted."))
    return see_other("wifi:desk-plans")


def _entry() -> PlanEntry:
    try:
        return planning_rule()
    except ActionRefused:
        raise Http404 from None


def _own(actor: Actor) -> Any:
    return Plan.objects.filter(agency=scope_with(actor, PLAN).agency)


def _kinds() -> dict[str, Any]:
    network = config.network()
    return network.kinds if network else {}


def _ruled(entry: PlanEntry) -> Typed:
    return Typed(
        radius_m=str(entry.radius_m),
        capacity=str(entry.capacity),
        cost=str(entry.cost),
        equity=f"{entry.equity:g}",
        anywhere="on" if entry.anywhere else "",
    )


def _typed(plan: Plan) -> Typed:
    """Convert a plan back to form input, without its name."""
    return Typed(
        points=str(plan.wanted),
        radius_m=str(plan.radius_m),
        capacity=str(plan.capacity),
        cost=str(plan.cost),
        budget="" if plan.budget is None else str(plan.budget),
        equity=f"{plan.equity:g}",
        anywhere="on" if plan.anywhere else "",
    )


def _request(typed: Typed) -> PlanRequest:
    try:
        return PlanRequest(
            points=int(typed.points),
            radius_m=int(typed.radius_m),
            capacity=int(typed.capacity),
            cost=int(typed.cost or 0),
            budget=int(typed.budget) if typed.budget.strip() else None,
            equity=float(typed.equity),
            anywhere=bool(typed.anywhere),
        )
    except ValueError:
        raise ActionRefused(_("Enter points, metres, people and amounts in digits, without dots.")) from None


def _list(request: HttpRequest, actor: Actor, typed: Typed, problem: str) -> HttpResponse:
    weights = [
        ("0", _("Everybody counts the same")),
        ("0.5", _("Half more")),
        ("1", _("Twice")),
        ("2", _("Three times")),
    ]
    if typed.equity and typed.equity not in dict(weights):
        weights.append((typed.equity, _("%(number)s more") % {"number": typed.equity}))
    context = {
        "plans": [(plan, "–" if plan.gained is None else _count(plan.gained)) for plan in _own(actor).order_by("-pk")],
        "typed": typed,
        "weights": weights,
        "errors": [("name", problem)] if problem else [],
        "problem": problem,
    }
    return render(request, "wifi/plans.html", context, status=422 if problem else 200)


def _request_facts(plan: Plan) -> list[tuple[str, str]]:
    return [
        (_("New points at most"), _count(plan.wanted)),
        (_("People walk"), _("%(metres)s m") % {"metres": _count(plan.radius_m)}),
        (_("People for a point"), _count(plan.capacity)),
        (_("Cost of a point"), money(plan.cost)),
        (_("Budget"), _("no limit") if plan.budget is None else money(plan.budget)),
        (_("A person in an area without points counts"), f"{number_format(1 + plan.equity)} ×"),
        (_("Places"), _("known ones, and any spot") if plan.anywhere else _("known ones")),
    ]


def _facts(plan: Plan, points: Sequence[PlannedPoint]) -> list[tuple[str, str]]:
    """Figures of a computed plan."""
    if plan.areas is None:
        return []
    return [
        (_("People without a point now"), _count(plan.left)),
        (_("New points"), _count(len(points))),
        (_("People they serve"), _count(plan.gained)),
        (_("Total cost"), money(sum(each.cost for each in points))),
        (_("A better choice could gain at most"), _gap_words(plan.gap)),
        (_("Places compared"), _count(plan.candidates)),
    ]


def _areas(plan: Plan) -> list[tuple[str, str, float, float]]:
    """Return name, people, and percentage with a point before and after, for each part of the city."""
    areas = city_tables().areas
    return [
        (areas[code].name if code in areas else code, _count(people), 100 * before / people, 100 * after / people)
        for code, (people, before, after) in (plan.areas or {}).items()
    ]


def _gap_words(gap: float) -> str:
    """Gain of the best other choice of points (share of 1) as percentage, in words where it is nothing."""
    percent = round(100 * gap, 2)
    return f"{number_format(percent)} %" if percent else _("nothing: no choice is better")


def _count(number: int | None) -> str:
    return number_format(number or 0, use_l10n=True, force_grouping=True)


#: Help for officers, by the page of the desk.
DESK_HELP = {
    "wifi:desk-plans": gettext_lazy(
        "Where new points serve the most people. Enter how many points and how far people walk; the result "
        "comes within two minutes, and you may leave the page. Compare two plans before you decide."
    ),
}


def register() -> None:
    """Register the navigation entry."""
    works = config.works_on_network(PLAN)
    desk_counts.counts.register("wifi-plans", desk_counts.DeskCount(PLAN, _own))
    item = NavItem(
        *("wifi:desk-plans", gettext_lazy("Wi-Fi planning"), "wifi", 48, "desk"),
        group=gettext_lazy("Agency"),
        visible=lambda request: (
            bool((wifi := config.network()) and wifi.plans)
            and (works(request) or desk_counts.waiting(request, "wifi-plans") > 0)
        ),
    )
    register_help(DESK_HELP)
    navigation.register("desk-wifi-plans", item)
