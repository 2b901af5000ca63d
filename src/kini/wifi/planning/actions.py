"""Plans of new points: officers request them, a job computes them, and they are stored until somebody deletes them."""

from dataclasses import asdict

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kini.core import audit, current_time, jobs
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.people.rules import require
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.permissions import WifiPermission
from kini.wifi.planning.models import Plan, PlannedPoint
from kini.wifi.planning.plan_request import PlanRequest, planning_rule, request_of, validate_request
from kini.wifi.planning.planner import PlanResult

#: The job that computes a plan.
PLAN_JOB = "wifi.reckon_plan"
#: Plans of one agency: stored, and waiting to be computed.
MOST_PLANS, MOST_WAITING = 50, 3


@action
def request_plan(*, by: Actor, name: str, plan_request: PlanRequest, scope: Scope) -> Plan:
    """Create a plan; a worker computes its points later.

    Raises:
        NotAllowed: if the actor may not plan for that agency.
        ActionRefused: if the request is out of bounds, the pack has no rule for it, or there are too many plans.
    """
    require(by, WifiPermission.PLAN_WIFI, scope)
    planning_rule()
    validate_request(plan_request)
    if not name.strip():
        raise ActionRefused(_("Give the plan a name."))
    lock_for_transaction(f"wifi:plans:{scope.agency}")
    plans = Plan.objects.filter(agency=scope.agency)
    if plans.count() >= MOST_PLANS:
        raise ActionRefused(
            _("%(count)d plans are stored. Delete one that you no longer need.") % {"count": MOST_PLANS}
        )
    if plans.filter(ended_at=None).count() >= MOST_WAITING:
        raise ActionRefused(_("Other plans are still being calculated. Wait until they are ready."))
    values = asdict(plan_request)
    values["wanted"] = values.pop("points")
    plan = Plan.objects.create(name=name.strip()[:80], agency_id=scope.agency, made_at=current_time.now(), **values)
    audit.record(by=by, action="wifi.plan-asked", subject=f"wifi-plan:{plan.pk}", detail={"wish": asdict(plan_request)})
    jobs.enqueue(PLAN_JOB, plan=plan.pk, language=get_language() or "")
    return plan


@action
def start_plan(*, by: Actor, plan: int) -> PlanRequest | None:
    """Mark a plan as started; return None if it was computed or deleted already."""
    require_system(by)
    row = Plan.objects.select_for_update().filter(pk=plan, ended_at=None).first()
    if row is None:
        return None
    row.begun_at = current_time.now()
    row.save(update_fields=["begun_at"])
    audit.record(by=by, action="wifi.plan-begun", subject=f"wifi-plan:{plan}")
    return request_of(row)


@action
def finish_plan(*, by: Actor, plan: int, result: PlanResult | None, problem: str = "") -> None:
    """Store the points of a plan, or the reason why there are none."""
    require_system(by)
    row = Plan.objects.select_for_update().filter(pk=plan, ended_at=None).first()
    if row is None:
        return
    row.ended_at, row.problem = max(current_time.now(), row.begun_at or current_time.now()), problem
    row.begun_at = row.begun_at or row.ended_at
    if result:
        for name in _RESULTS:
            setattr(row, name, getattr(result, name))
    row.save()
    for point in result.points if result else ():
        point.plan = row
    PlannedPoint.objects.bulk_create(result.points if result else (), 1_000)
    detail = {"points": len(result.points), "gained": result.gained} if result else {"problem": problem}
    audit.record(by=by, action="wifi.plan-settled", subject=f"wifi-plan:{plan}", detail=detail)


_RESULTS = (
    *("standing", "candidates", "people", "served", "gained", "reachable"),
    *("objective", "bound", "seconds", "areas", "made_up"),
)


@action
def delete_plan(*, by: Actor, plan: int, scope: Scope) -> None:
    """Delete a plan of the actor's agency, with its points.

    Raises:
        NotAllowed: if the actor may not plan for that agency.
    """
    require(by, WifiPermission.PLAN_WIFI, scope)
    if Plan.objects.filter(pk=plan, agency=scope.agency).delete()[0]:
        audit.record(by=by, action="wifi.plan-removed", subject=f"wifi-plan:{plan}")
