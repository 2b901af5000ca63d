"""Actions on memberships: officers at a facility, and on the team of one record."""

from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext as _

from kini.city.models import Unit
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.grants import Scope
from kini.people.models import Officer
from kini.people.public import action_helpers, is_same_person
from kini.people.rules import require
from kini.records import queries
from kini.records.access import require_manages_team
from kini.records.models import Membership
from kini.records.permissions import MemberRole, RecordPermission
from kini.records.policies import policies, policy_of


@action
def add_to_facility(
    *, by: Actor, officer: Officer, facility: Unit, role: MemberRole, until: datetime | None = None
) -> Membership:
    """Add an officer to a facility: from now on its records open to them, as far as their role goes.

    Raises:
        NotAllowed: without the permission over the facility, or to add oneself.
        ActionRefused: when they are a member already, or the end is in the past.
    """
    require(by, RecordPermission.MANAGE_MEMBERS, Scope(facility.agency_id, facility.area.path))
    return _add(by, Membership(officer=officer, facility=facility, role=role, until=until))


@action
def add_to_team(
    *, by: Actor, officer: Officer, record: Model, role: MemberRole, until: datetime | None = None
) -> Membership:
    """Add an officer to the team of a record, also one of another agency.

    Raises:
        NotAllowed: without the permission, or when the record is not open to the actor for their work.
        ActionRefused: when they are on it already, it is about their household, or the end is in the past.
    """
    policy = policy_of(type(record))
    require_manages_team(by, record)
    if policy.facts(record).subject in policy.household(officer.user_id):
        raise ActionRefused(_("This is about the officer or their family. Choose somebody else."))
    return _add(
        by, Membership(officer=officer, record_type=policy.name, record_id=str(record.pk), role=role, until=until)
    )


@action
def end_membership(*, by: Actor, membership: Membership) -> Membership:
    """End a membership now; what it opened is closed with the officer's next request.

    Raises:
        NotAllowed: as `add_to_facility` and `add_to_team`.
        ActionRefused: when it has ended.
    """
    membership = (
        Membership.objects.select_for_update(of=("self",)).select_related("facility__area").get(pk=membership.pk)
    )
    facility, now = membership.facility, current_time.now()
    if facility:
        require(by, RecordPermission.MANAGE_MEMBERS, Scope(facility.agency_id, facility.area.path))
    else:
        model = policies.get(membership.record_type).model
        require_manages_team(by, model._default_manager.get(pk=membership.record_id))
    if membership.until and membership.until <= now:
        raise ActionRefused(_("This membership has ended already."))
    membership.until, membership.ended_by_id = max(now, membership.since), by.user_id
    membership.save(update_fields=["until", "ended_by"])
    audit.record(by=by, action="records.member-removed", subject=_subject(membership), detail=_detail(membership))
    return membership


def _add(by: Actor, membership: Membership) -> Membership:
    now = current_time.now()
    if is_same_person(by.user_id, membership.officer.user_id):
        raise NotAllowed(_("You cannot add yourself. Ask a colleague who manages members."))
    if membership.until and membership.until <= now:
        raise ActionRefused(_("The end lies in the past. Choose a later one."))
    if not membership.officer.active:
        raise ActionRefused(_("This officer does not work here any more."))
    Officer.objects.select_for_update(no_key=True, of=("self",)).get(pk=membership.officer_id)
    same = {name: getattr(membership, name) for name in ("officer", "facility", "record_type", "record_id")}
    if Membership.objects.filter(queries.in_force_q(), **same).exists():
        raise ActionRefused(_("This officer is a member already."))
    membership.since, membership.added_by_id = now, by.user_id
    action_helpers.create_once(membership.save, _("This officer is a member already."))
    audit.record(by=by, action="records.member-added", subject=_subject(membership), detail=_detail(membership))
    return membership


def _subject(membership: Membership) -> str:
    if membership.facility_id:
        return f"facility:{membership.facility_id}"
    return f"{membership.record_type}:{membership.record_id}"


def _detail(membership: Membership) -> dict[str, str | int]:
    return {"membership": membership.pk, "officer": membership.officer_id, "role": membership.role}
