"""Access to sensitive records: as a filter, as an answer, and with an entry in the access log."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from kini.core import current_time, security_log
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.people import actions as people_actions
from kini.people.public import permission_filters
from kini.people.rules import may_somewhere
from kini.records.models import BreakGlass, Membership
from kini.records.permissions import RecordPermission
from kini.records.policies import AccessPolicy, policy_of
from kini.records.rules import Door, OfficerAccess, door_to, holds, may_break_glass

#: Purpose of reads that an emergency opened.
EMERGENCY = "emergency"


class ReadDenied(NotAllowed):
    """The officer may not read the record; the message says what to do."""


def officer_access(by: Actor, policy: AccessPolicy[Any]) -> OfficerAccess:
    """Load what opens the records of a type to an officer now. Three queries (five for records about persons)."""
    if not by.is_officer:
        return OfficerAccess(by)
    now = current_time.now()
    rows = list(
        _memberships(by)
        .filter(Q(facility__isnull=False) | Q(record_type=policy.name))
        .values_list("facility_id", "record_id")
    )
    opened = BreakGlass.objects.filter(
        officer__user_id=by.user_id or 0, record_type=policy.name, opened_at__lte=now, until__gt=now
    )
    return OfficerAccess(
        by,
        facilities=frozenset(facility for facility, _key in rows if facility),
        teams=frozenset(key for facility, key in rows if not facility),
        emergencies=frozenset(opened.values_list("record_id", flat=True)),
        household=policy.household(by.user_id),
    )


def facilities_of(by: Actor) -> frozenset[str]:
    """Return the ids of the units where an officer is a member now. One query."""
    rows = _memberships(by).filter(facility__isnull=False).values_list("facility_id", flat=True)
    return frozenset(pk for pk in rows if pk)


def _memberships(by: Actor) -> QuerySet[Membership]:
    now = current_time.now()
    return Membership.objects.filter(Q(until=None) | Q(until__gt=now), officer__user_id=by.user_id or 0, since__lte=now)


def visible_q(access: OfficerAccess, policy: AccessPolicy[Any]) -> Q:
    """Condition on the rows that an officer may read, equivalent to `door_to`.

    It holds constants and no subqueries, so that each door is served by an index on its column.
    """
    by, doors = access.actor, policy.doors
    if by.kind is ActorKind.SYSTEM:
        return Q()
    condition = permission_filters.NO_ROWS
    if doors.area:
        condition = permission_filters.visible_cases_q(by, doors.area, policy.columns)
    if policy.facility and access.facilities and holds(by, doors.facility):
        condition |= Q(**{f"{policy.facility}__in": sorted(access.facilities)})
    keys: set[str] = set()
    if holds(by, doors.team):
        keys |= access.teams
    if may_break_glass(by, doors):
        keys |= access.emergencies
    if keys:
        condition |= Q(pk__in=sorted(policy.model._meta.pk.to_python(key) for key in keys))
    if policy.subject and access.household:
        condition &= ~Q(**{f"{policy.subject}__in": sorted(access.household)})
    return condition


def visible[M: Model](by: Actor, model: type[M], rows: QuerySet[M] | None = None) -> QuerySet[M]:
    """Return the records that an officer may read now, of all or of some rows of a model. Three queries."""
    policy = policy_of(model)
    return (model._default_manager.all() if rows is None else rows).filter(
        visible_q(officer_access(by, policy), policy)
    )


def readable[M: Model](by: Actor, records: Iterable[M], model: type[M]) -> dict[Any, Door]:
    """Map the keys of those records that an officer may read to the door that opens them. Three queries."""
    policy = policy_of(model)
    access = officer_access(by, policy)
    doors = {record.pk: door_to(policy.facts(record), access, policy.doors) for record in records}
    return {key: door for key, door in doors.items() if door}


def may_read(by: Actor, record: Model) -> Door | None:
    """Return the door through which an officer may read a record now, or None. Three queries."""
    return readable(by, [record], type(record)).get(record.pk)


def require_read(by: Actor, record: Model, purpose: str) -> Door:
    """Require that an officer may read a record, and log the read before it is shown.

    Args:
        purpose: one of the policy's.

    Raises:
        ReadDenied: says what to do.
        ActionRefused: for a purpose for which such records are not read.
    """
    policy = policy_of(type(record))
    if purpose not in policy.purposes:
        raise ActionRefused(_("Choose the purpose for which you need to see this."))
    access = officer_access(by, policy)
    door = door_to(policy.facts(record), access, policy.doors)
    if door is None:
        security_log.report("record-denied", policy=policy.name, user=by.user_id or 0)
        raise ReadDenied(_denial(access, policy, record))
    log_read(by, record, purpose, door)
    return door


def log_read(by: Actor, record: Model, purpose: str, door: Door) -> None:
    """Log a read that the caller allowed by `may_read`; once a day, like every read."""
    policy = policy_of(type(record))
    purpose = EMERGENCY if door is Door.BREAK_GLASS else purpose
    people_actions.log_reads(by=by, what=policy.access_type, reads=[policy.data_read(record)], purpose=purpose)


def _denial(access: OfficerAccess, policy: AccessPolicy[Any], record: Model) -> str:
    by, doors = access.actor, policy.doors
    if not by.is_officer:
        return _("Only officers open this. Your own data is under Me.")
    if policy.facts(record).subject in access.household:
        return _("This is about you or your family. A colleague works on it.")
    if not (any(holds(by, door) for door in (doors.area, doors.facility, doors.team)) or may_break_glass(by, doors)):
        return _("Your role does not include this. Ask the person who manages roles at your agency.")
    ask = _("This record belongs to another facility or area. Ask its team to add you.")
    if may_break_glass(by, doors):
        return f"{ask} {_('If somebody is in danger, open it at the desk under Emergency access.')}"
    return ask


def require_manages_team(by: Actor, record: Model) -> None:
    """Raise NotAllowed unless the actor manages members, and the record is open to them for their work."""
    manages = may_somewhere(by, RecordPermission.MANAGE_MEMBERS)
    if not manages or may_read(by, record) in (None, Door.BREAK_GLASS):
        raise NotAllowed(_("Only those who work on this record and manage its members can do this."))
