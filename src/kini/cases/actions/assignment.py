"""Assign a case to an officer or a unit, transfer it to another agency."""

from django.utils.translation import gettext as _

from kini.cases import access, timeline
from kini.cases.locking import lock_case
from kini.cases.models import Case
from kini.cases.permissions import CasePermission
from kini.cases.transition_inputs import require_text
from kini.city import queries as city_queries
from kini.city.models import Agency, Unit
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.people.models import Officer
from kini.people.rules import may


@action
def assign(*, by: Actor, case: Case, officer: Officer | None) -> Case:
    """Assign a case to an officer who may see it, or (None) to nobody. Assigning to oneself only needs permission to
    act.

    Raises:
        NotAllowed: without the permission, or when the case is their own.
        ActionRefused: when the case has ended, or the officer does not see such cases.
    """
    case = lock_case(case)
    scope = access.scope_of(case)
    oneself = officer is not None and officer.user_id == by.user_id
    needed = CasePermission.ACT if oneself and may(by, CasePermission.ACT, scope) else CasePermission.ASSIGN
    access.require_at_desk(by, needed, case)
    _still_open(case)
    if officer and not access.may_hold(officer, case):
        raise ActionRefused(
            _("%(name)s has no access to cases like this one. Choose somebody else.") % {"name": officer.name}
        )
    case.assignee = officer
    data = {"officer": officer.pk if officer else None, "name": officer.name if officer else ""}
    timeline.append(case, by=by, sort="assigned", public=False, data=data, changed=["holder"])
    audit.record(by=by, action="cases.assigned", subject=f"case:{case.reference}", detail=data)
    return case


@action
def transfer(*, by: Actor, case: Case, agency: Agency, reason: str) -> Case:
    """Transfer a case to another agency, which continues with the same step. The resident reads the reason.

    Raises:
        NotAllowed: without the permission, or when the case is their own.
        ActionRefused: when the case has ended, stays where it is, or no reason is given.
    """
    case = lock_case(case)
    access.require_at_desk(by, CasePermission.TRANSFER, case)
    _still_open(case)
    reason = require_text(reason, _("Write why you transfer it. The resident will read it."))
    if agency.pk == case.agency_id or not agency.active:
        raise ActionRefused(_("Choose another agency."))
    before = case.agency_id
    case.agency, case.assignee = agency, None
    case.unit = city_queries.unit_for(agency.pk, case.area)
    data = {"from": before, "agency": agency.pk, "agency_name": agency.name, "given": {"reason": reason}}
    timeline.append(case, by=by, sort="transferred", data=data, changed=["holder"])
    detail = {"from": before, "to": agency.pk}
    audit.record(by=by, action="cases.transferred", subject=f"case:{case.reference}", detail=detail)
    return case


@action
def assign_unit(*, by: Actor, case: Case, unit: Unit, new: bool = False) -> Case:
    """Assign a case to a unit of its agency; the resident reads which one.

    Args:
        new: the case was opened in this very transaction, so that nobody else can have changed it.

    Raises:
        NotAllowed: without the permission to assign, or when the case is their own.
        ActionRefused: when the unit belongs to another agency.
    """
    case = case if new else lock_case(case)
    access.require_at_desk(by, CasePermission.ASSIGN, case)
    if unit.agency_id != case.agency_id:
        raise ActionRefused(_("This unit belongs to another agency."))
    case.unit = unit
    data = {"unit": unit.pk, "unit_name": unit.name}
    timeline.append(case, by=by, sort="sent", data=data, changed=["holder"])
    audit.record(by=by, action="cases.unit-sent", subject=f"case:{case.reference}", detail={"unit": unit.pk})
    return case


def _still_open(case: Case) -> None:
    if case.closed_at:
        raise ActionRefused(_("This case has ended."))
