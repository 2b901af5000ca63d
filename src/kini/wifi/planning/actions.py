"""Plans of new points: officers request them, a job computes them, and they are stored until somebody deletes them."""

from dataclasses import asdict

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kini.core import audit, current_time, jobs
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.grants import Scope
from kini.people.permissions import Permission
from kini.people.rules import require
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.models import Plan, PlannedPoint
from kini.wifi.planning.plan_request import PlanRequest, planning_rule, request_of, validate_request
from kini.wifi.planning.planner import PlanResult

#: The job that computes a plan.
PLAN_JOB = "wifi.reckon_plan"
#: Plans of one agency: stored, and waiting to be computed.
MOST_PLANS, MOST_WAITING = 50, 3


@action
def request_plan(*, by: Actor, name: str, wish: PlanRequest, scope: Scope) -> Plan:
    """Create a plan; a worker computes its points later.

    Raises:
        NotAllowed: if the actor may not plan for that agency.
        Refused: if the request is out of bounds, the pack has no rule for it, or there are too many plans.
    """
    require(by, Permission.PLAN_WIFI, scope)
    planning_rule()
    validate_request(wish)
    if not name.strip():
        raise ActionRefused(_("Give the plan a name."))
    lock_for_transaction(f"wifi:plans:{scope.agency}")
    kept = Plan.objects.filter(agency=scope.agency)
    if kept.count() >= MOST_PLANS:
        raise ActionRefused(
            _("%(count)d plans are stored. Delete one that you no longer need.") % {"count": MOST_PLANS}
        )
    if kept.filter(ended_at=None).count() >= MOST_WAITING:
        raise ActionRefused(_("Other plans are still being calculated. Wait until they are ready."))
    wanted = asdict(wish)
    wanted["wanted"] = wanted.pop("points")
    plan = Plan.objects.create(name=name.strip()[:80], agency_id=scope.agency, made_at=current_time.now(), **wanted)
    audit.record(by=by, action="wifi.plan-asked", subject=f"wifi-plan:{plan.pk}", detail={"wish": asdict(wish)})
    jobs.enqueue(PLAN_JOB, plan=plan.pk, language=get_language() or "")
    return plan


@action
def start_plan(*, by: Actor, plan: int) -> PlanRequest | None:
    """Mark a plan as started; return None if it was computed or deleted already."""
    require_system(by)
    found = Plan.objects.select_for_update().filter(pk=plan, ended_at=None).first()
    if found is None:
        return None
    found.begun_at = current_time.now()
    found.save(update_fields=["begun_at"])
    audit.record(by=by, action="wifi.plan-begun", subject=f"wifi-plan:{plan}")
    return request_of(found)


@action
def finish_plan(*, by: Actor, plan: int, found: PlanResult | None, problem: str = "") -> None:
    """Store the points of a plan, or the reason why there are none."""
    require_system(by)
    row = Plan.objects.select_for_update().filter(pk=plan, ended_at=None).first()
    if row is None:
        return
    row.ended_at, row.problem = max(current_time.now(), row.begun_at or current_time.now()), problem
    row.begun_at = row.begun_at or row.ended_at
    if found:
        for name in _RESULTS:
            setattr(row, name, getattr(found, name))
    row.save()
    for point in found.points if found else ():
        point.plan = row
    PlannedPoint.objects.bulk_create(found.points if found else (), 1_000)
    detail = {"points": len(found.points), "gained": found.gained} if found else {"problem": problem}
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
    require(by, Permission.PLAN_WIFI, scope)
    if Plan.objects.filter(pk=plan, agency=scope.agency).delete()[0]:
        audit.record(by=by, action="wifi.plan-removed", subject=f"wifi-plan:{plan}")
