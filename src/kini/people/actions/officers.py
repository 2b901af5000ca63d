"""Actions on officers of agencies and their roles."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.models import Agency, Area
from kini.city.public import pack
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.grants import Scope
from kini.core.invisible_characters import has_invisible
from kini.people import action_helpers, rules, verification_codes
from kini.people.actions.accounts import open_account
from kini.people.contacts import Contact
from kini.people.household import is_own_contact, is_same_person
from kini.people.models import Officer, RoleGrant, Session, User
from kini.people.permissions import PeoplePermission
from kini.people.roles import role_permissions, roles


@action
def create_officer(*, by: Actor, user: User, agency: Agency, name: str) -> Officer:
    """Make an account an officer of an agency, without roles yet.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency, or for the actor's own contact.
        ActionRefused: without a readable name, or if the account is an officer already.
    """
    rules.require(by, PeoplePermission.MANAGE_OFFICERS, Scope(agency=agency.pk))
    if is_same_person(by.user_id, user.pk):
        raise NotAllowed(_("This is your own contact. You cannot create a second officer account for yourself."))
    if not name.strip():
        raise ActionRefused(_("Write the officer's name."))
    if has_invisible(name):
        raise ActionRefused(_("This text contains invisible characters. Delete it and type it again."))
    officer = action_helpers.create_once(
        lambda: Officer.objects.create(user=user, agency=agency, name=name.strip()),
        _("This person is already an officer."),
    )
    Session.objects.filter(user=user).delete()  # officers' sessions are shorter
    audit.record(by=by, action="people.officer-created", subject=f"officer:{officer.pk}", detail={"agency": agency.pk})
    return officer


@action
def invite_officer(*, by: Actor, contact: Contact, agency: Agency, name: str) -> Officer:
    """Make the owner of a contact an officer, with their account or a new one, and notify them.

    They sign in with a code, which verifies the contact.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency, or for the actor's own contact.
        ActionRefused: without a readable name, or if they are an officer already.
        ContactFault: if no message can be delivered to them.
    """
    rules.require(by, PeoplePermission.MANAGE_OFFICERS, Scope(agency=agency.pk))
    verification_codes.require_reachable(contact)
    if is_own_contact(by.user_id, contact):
        raise NotAllowed(_("This is your own contact. You cannot create a second officer account for yourself."))
    user = open_account(by=by, contact=contact)
    officer = create_officer(by=by, user=user, agency=agency, name=name)
    with translation.override(user.language or pack.current().languages[0]):
        verification_codes.send_invitation(contact, str(agency.title))
    return officer


@action
def deactivate_officer(*, by: Actor, officer: Officer) -> Officer:
    """Deactivate an officer: they lose all permissions, and their past actions keep their name.

    Raises:
        NotAllowed: without the permission to manage officers of the whole agency, for the actor's own account, or for
            an officer with permissions that the actor lacks.
    """
    return _switch(by, officer, active=False)


@action
def reactivate_officer(*, by: Actor, officer: Officer) -> Officer:
    """Reactivate an officer with their earlier roles.

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
        action_name = "people.officer-reactivated" if active else "people.officer-deactivated"
        audit.record(by=by, action=action_name, subject=f"officer:{officer.pk}")
    return officer


@action
def grant_role(
    *, by: Actor, officer: Officer, role: str, area: Area | None = None, services: Sequence[str] = ()
) -> RoleGrant:
    """Grant a role of the pack over an area (None: whole city) and services (empty: all).

    The actor must manage officers over that scope, and have every permission of the role there.

    Raises:
        NotAllowed: without these permissions, or for the actor's own account.
        ActionRefused: for an unknown role, or one that the officer has there already.
    """
    _holds(by, officer, RoleGrant(officer=officer, role=role, area=area, services=list(services)))
    if not all(services):
        raise ActionRefused(_("Choose services of this agency."))
    if role not in roles():
        raise ActionRefused(_("There is no such role."))
    grant = action_helpers.create_once(
        lambda: RoleGrant.objects.create(officer=officer, role=role, area=area, services=sorted(set(services))),
        _("The officer already has this role there."),
    )
    detail = {"role": role, "area": area.path if area else "", "services": grant.services}
    audit.record(by=by, action="people.role-granted", subject=f"officer:{officer.pk}", detail=detail)
    return grant


@action
def withdraw_role(*, by: Actor, grant: RoleGrant) -> None:
    """Withdraw a role, effective with the officer's next request.

    Raises:
        NotAllowed: without the permission to manage officers over that scope, for the actor's own account, or if the
            role has permissions that the actor lacks.
    """
    _holds(by, grant.officer, grant)
    detail = {"role": grant.role, "area": grant.area.path if grant.area else "", "services": grant.services}
    audit.record(by=by, action="people.role-withdrawn", subject=f"officer:{grant.officer_id}", detail=detail)
    grant.delete()


def _manages(by: Actor, officer: Officer, scope: Scope) -> None:
    rules.require(by, PeoplePermission.MANAGE_OFFICERS, scope)
    if is_same_person(by.user_id, officer.user_id):
        raise NotAllowed(_("You cannot change your own roles. Ask a colleague who manages officers."))


def _holds(by: Actor, officer: Officer, grant: RoleGrant) -> None:
    """Raise NotAllowed unless the actor manages a grant's whole scope and has all permissions of its role there."""
    path = grant.area.path if grant.area else ""
    for service in grant.services or [""]:
        scope = Scope(agency=officer.agency_id, area_path=path, service=service)
        _manages(by, officer, scope)
        if not rules.may_all(by, role_permissions(grant.role), scope):
            raise NotAllowed(_("This role has permissions that you do not have. Ask somebody who has them."))
