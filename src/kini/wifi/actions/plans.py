"""Plans of new points: officers request them, a job computes them, and they are stored until somebody deletes them."""

from dataclasses import asdict

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kini.core import audit, jobs, moments
from kini.core.actions import action
from kini.core.actors import Actor, Refused
from kini.core.grants import Scope
from kini.people.permissions import Permission
from kini.people.rules import require
from kini.wifi.models import Plan, PlannedPoint
from kini.wifi.taking import in_turn, only_program
from kini.wifi.where.reckoning import Reckoned
from kini.wifi.where.wishing import Wish, check, rule, wish_of

#: The job that computes a plan.
RECKON = "wifi.reckon_plan"
#: Plans of one agency: stored, and waiting to be computed.
MOST_PLANS, MOST_WAITING = 50, 3


@action
def ask_for_plan(*, by: Actor, name: str, wish: Wish, scope: Scope) -> Plan:
    """Create a plan; a worker computes its points later.

    Raises:
        NotAllowed: if the actor may not plan for that agency.
        Refused: if the request is out of bounds, the pack has no rule for it, or there are too many plans.
    """
    require(by, Permission.PLAN_WIFI, scope)
    rule()
    check(wish)
    if not name.strip():
        raise Refused(_("Give the plan a name."))
    in_turn(f"wifi:plans:{scope.agency}")
    kept = Plan.objects.filter(agency=scope.agency)
    if kept.count() >= MOST_PLANS:
        raise Refused(_("%(count)d plans are stored. Delete one that you no longer need.") % {"count": MOST_PLANS})
    if kept.filter(ended_at=None).count() >= MOST_WAITING:
        raise Refused(_("Other plans are still being calculated. Wait until they are ready."))
    wanted = asdict(wish)
    wanted["wanted"] = wanted.pop("points")
    plan = Plan.objects.create(name=name.strip()[:80], agency_id=scope.agency, made_at=moments.now(), **wanted)
    audit.record(by=by, action="wifi.plan-asked", subject=f"wifi-plan:{plan.pk}", detail={"wish": asdict(wish)})
    jobs.soon(RECKON, plan=plan.pk, language=get_language() or "")
    return plan


@action
def begin_plan(*, by: Actor, plan: int) -> Wish | None:
    """Mark a plan as started; return None if it was computed or deleted already."""
    only_program(by)
    found = Plan.objects.select_for_update().filter(pk=plan, ended_at=None).first()
    if found is None:
        return None
    found.begun_at = moments.now()
    found.save(update_fields=["begun_at"])
    audit.record(by=by, action="wifi.plan-begun", subject=f"wifi-plan:{plan}")
    return wish_of(found)


@action
def settle_plan(*, by: Actor, plan: int, found: Reckoned | None, problem: str = "") -> None:
    """Store the points of a plan, or the reason why there are none."""
    only_program(by)
    row = Plan.objects.select_for_update().filter(pk=plan, ended_at=None).first()
    if row is None:
        return
    row.ended_at, row.problem = max(moments.now(), row.begun_at or moments.now()), problem
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
def remove_plan(*, by: Actor, plan: int, scope: Scope) -> None:
    """Delete a plan of the actor's agency, with its points.

    Raises:
        NotAllowed: if the actor may not plan for that agency.
    """
    require(by, Permission.PLAN_WIFI, scope)
    if Plan.objects.filter(pk=plan, agency=scope.agency).delete()[0]:
        audit.record(by=by, action="wifi.plan-removed", subject=f"wifi-plan:{plan}")
