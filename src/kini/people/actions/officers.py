"""Who works for an agency, and with which roles."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from kini.city import pack
from kini.city.models import Agency, Area
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, NotAllowed, Refused
from kini.core.grants import Scope
from kini.core.invisible import has_invisible
from kini.people import codes, keeping, rules
from kini.people.actions.accounts import open_account
from kini.people.contacts import Contact
from kini.people.household import is_own_contact, is_same_person
from kini.people.models import Officer, RoleGrant, Session, User
from kini.people.permissions import Permission
from kini.people.roles import role_permissions, roles


@action
def create_officer(*, by: Actor, user: User, agency: Agency, name: str) -> Officer:
    """Let somebody with an account work for an agency; what they may do comes with roles.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency.
        Refused: without a name that can be read, or when they already work for one.
    """
    rules.require(by, Permission.MANAGE_OFFICERS, Scope(agency=agency.pk))
    if is_same_person(by.user_id, user.pk):
        raise NotAllowed(_("This contact is your own. Nobody gives themselves a second account as an officer."))
    if not name.strip():
        raise Refused(_("Write the officer's name."))
    if has_invisible(name):
        raise Refused(_("This text holds characters that cannot be shown. Delete it and type it again."))
    officer = keeping.once(
        lambda: Officer.objects.create(user=user, agency=agency, name=name.strip()),
        _("This person already is an officer."),
    )
    Session.objects.filter(user=user).delete()  # those of an officer end sooner: they sign in anew
    audit.record(by=by, action="people.officer-created", subject=f"officer:{officer.pk}", detail={"agency": agency.pk})
    return officer


@action
def invite_officer(*, by: Actor, contact: Contact, agency: Agency, name: str) -> Officer:
    """Let whoever holds that number or address work for an agency, with an account of theirs or a new one.

    A message tells them. They sign in with a code like everybody, which shows that the contact is theirs.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency.
        Refused: without a name, or when they already work for one.
        ContactFault: when no message would reach them.
    """
    rules.require(by, Permission.MANAGE_OFFICERS, Scope(agency=agency.pk))
    codes.require_reachable(contact)
    if is_own_contact(by.user_id, contact):
        raise NotAllowed(_("This contact is your own. Nobody gives themselves a second account as an officer."))
    user = open_account(by=by, contact=contact)
    officer = create_officer(by=by, user=user, agency=agency, name=name)
    with translation.override(user.language or pack.current().languages[0]):
        codes.send_invitation(contact, str(agency.title))
    return officer


@action
def deactivate_officer(*, by: Actor, officer: Officer) -> Officer:
    """End somebody's work: from now on they may do nothing as an officer. What they did stays under their name.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency, for oneself, or for somebody who
            may do more.
    """
    return _switch(by, officer, active=False)


@action
def reactivate_officer(*, by: Actor, officer: Officer) -> Officer:
    """Let somebody work again, with the roles they had.

    Raises:
        NotAllowed: as `deactivate_officer`.
    """
    return _switch(by, officer, active=True)


def _switch(by: Actor, officer: Officer, *, active: bool) -> Officer:
    officer = Officer.objects.select_for_update().get(pk=officer.pk)
    _manages(by, officer, Scope(agency=officer.agency_id))
    for grant in officer.role_grants.select_related("area"):
        _holds(by, officer, grant)
    if officer.active is not active:
        officer.active = active
        officer.save(update_fields=["active"])
        deed = "people.officer-reactivated" if active else "people.officer-deactivated"
        audit.record(by=by, action=deed, subject=f"officer:{officer.pk}")
    return officer


@action
def grant_role(
    *, by: Actor, officer: Officer, role: str, area: Area | None = None, services: Sequence[str] = ()
) -> RoleGrant:
    """Give an officer a role of the pack over an area (none: the whole city) and some services (none: all).

    Whoever grants must manage officers over at least as much, and may do there all that the role may.

    Raises:
        NotAllowed: without that permission, or for oneself.
        Refused: when the pack has no such role, or the officer has it there already.
    """
    _holds(by, officer, RoleGrant(officer=officer, role=role, area=area, services=list(services)))
    if not all(services):
        raise Refused(_("Choose services of this agency."))
    if role not in roles():
        raise Refused(_("There is no such role."))
    grant = keeping.once(
        lambda: RoleGrant.objects.create(officer=officer, role=role, area=area, services=sorted(set(services))),
        _("The officer already has this role there."),
    )
    detail = {"role": role, "area": area.path if area else "", "services": grant.services}
    audit.record(by=by, action="people.role-granted", subject=f"officer:{officer.pk}", detail=detail)
    return grant


@action
def withdraw_role(*, by: Actor, grant: RoleGrant) -> None:
    """Take a role away; it ends with the officer's next request.

    Raises:
        NotAllowed: without the permission to manage officers over as much, for oneself, or when the role may do more
            than they may.
    """
    _holds(by, grant.officer, grant)
    detail = {"role": grant.role, "area": grant.area.path if grant.area else "", "services": grant.services}
    audit.record(by=by, action="people.role-withdrawn", subject=f"officer:{grant.officer_id}", detail=detail)
    grant.delete()


def _manages(by: Actor, officer: Officer, scope: Scope) -> None:
    rules.require(by, Permission.MANAGE_OFFICERS, scope)
    if is_same_person(by.user_id, officer.user_id):
        raise NotAllowed(_("Nobody changes their own roles. Ask a colleague who manages officers."))


def _holds(by: Actor, officer: Officer, grant: RoleGrant) -> None:
    """Stop whoever does not manage all of a grant's scope, or may not do there all that its role may."""
    path = grant.area.path if grant.area else ""
    for service in grant.services or [""]:
        scope = Scope(agency=officer.agency_id, area_path=path, service=service)
        _manages(by, officer, scope)
        if not rules.holds(by, role_permissions(grant.role), scope):
            raise NotAllowed(_("This role may do more than you may. Ask somebody who may do as much."))
