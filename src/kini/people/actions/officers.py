"""Who works for an agency, and with which roles."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kini.city.models import Agency, Area
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, NotAllowed, Refused
from kini.core.grants import Scope
from kini.people import keeping, rules
from kini.people.models import Officer, RoleGrant, User
from kini.people.permissions import Permission
from kini.people.roles import roles


@action
def create_officer(*, by: Actor, user: User, agency: Agency, name: str) -> Officer:
    """Let somebody with an account work for an agency; what they may do comes with roles.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency.
        Refused: without a name, or when they already work for one.
    """
    rules.require(by, Permission.MANAGE_OFFICERS, Scope(agency=agency.pk))
    if not name.strip():
        raise Refused(_("Write the officer's name."))
    officer = keeping.once(
        lambda: Officer.objects.create(user=user, agency=agency, name=name.strip()),
        _("This person already is an officer."),
    )
    audit.record(by=by, action="people.officer-created", subject=f"officer:{officer.pk}", detail={"agency": agency.pk})
    return officer


@action
def deactivate_officer(*, by: Actor, officer: Officer) -> Officer:
    """End somebody's work: from now on they may do nothing as an officer. What they did stays under their name.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency, or for oneself.
    """
    _manages(by, officer, Scope(agency=officer.agency_id))
    officer.active = False
    officer.save(update_fields=["active"])
    audit.record(by=by, action="people.officer-deactivated", subject=f"officer:{officer.pk}")
    return officer


@action
def grant_role(
    *, by: Actor, officer: Officer, role: str, area: Area | None = None, services: Sequence[str] = ()
) -> RoleGrant:
    """Give an officer a role of the pack over an area (none: the whole city) and some services (none: all).

    Whoever grants must manage officers over at least as much.

    Raises:
        NotAllowed: without that permission, or for oneself.
        Refused: when the pack has no such role, or the officer has it there already.
    """
    path = area.path if area else ""
    for service in services or [""]:
        _manages(by, officer, Scope(agency=officer.agency_id, area_path=path, service=service))
    if role not in roles():
        raise Refused(_("There is no such role."))
    grant = keeping.once(
        lambda: RoleGrant.objects.create(officer=officer, role=role, area=area, services=sorted(set(services))),
        _("The officer already has this role there."),
    )
    detail = {"role": role, "area": path, "services": grant.services}
    audit.record(by=by, action="people.role-granted", subject=f"officer:{officer.pk}", detail=detail)
    return grant


@action
def withdraw_role(*, by: Actor, grant: RoleGrant) -> None:
    """Take a role away; it ends with the officer's next request.

    Raises:
        NotAllowed: without the permission to manage officers over as much, or for oneself.
    """
    path = grant.area.path if grant.area else ""
    for service in grant.services or [""]:
        _manages(by, grant.officer, Scope(agency=grant.officer.agency_id, area_path=path, service=service))
    detail = {"role": grant.role, "area": path, "services": grant.services}
    audit.record(by=by, action="people.role-withdrawn", subject=f"officer:{grant.officer_id}", detail=detail)
    grant.delete()


def _manages(by: Actor, officer: Officer, scope: Scope) -> None:
    rules.require(by, Permission.MANAGE_OFFICERS, scope)
    if by.user_id == officer.user_id:
        raise NotAllowed(_("Nobody changes their own roles. Ask a colleague who manages officers."))
