"""Givers: persons, groups, firms and aggregators; permits of aggregators; suspension."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed
from kini.people.models import User
from kini.people.rules import require_somewhere
from kini.together.action_guards import acts_for_giver
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import Giver, GiverMember, Permit
from kini.together.money.actions.gifts import withdraw_gifts
from kini.together.permissions import HelpPermission
from kini.together.transitions import free_pledges


@dataclass(frozen=True, slots=True)
class NewPermit:
    """A permit to record; fields as in `Permit`."""

    number: str
    issuer: str
    valid_from: date
    valid_until: date


@action
def ensure_person(*, by: Actor, user: User) -> Giver:
    """Return the giver that a person is, made with the first gift.

    Raises:
        NotAllowed: for somebody else's account, unless an officer helps at a counter.
    """
    if by.user_id != user.pk and by.kind is not ActorKind.SYSTEM:
        require_somewhere(by, HelpPermission.VERIFY_NEEDS)
    giver, created = Giver.objects.get_or_create(owner=user, kind="person", defaults={"created_at": current_time.now()})
    if created:
        audit.record(by=by, action="together.giver-recorded", subject=f"giver:{giver.pk}")
    return giver


@action
def record_giver(*, by: Actor, kind: str, name: str, owner: User) -> Giver:
    """Record a group, firm or aggregator. A group or firm may register itself; an aggregator is recorded by an officer.

    Raises:
        NotAllowed: for somebody else's account, or an aggregator, without the permission.
        ActionRefused: without a name, or when the name is taken.
    """
    if kind == "aggregator" or by.user_id != owner.pk:
        require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    if kind not in ("group", "firm", "aggregator") or not name.strip():
        raise ActionRefused(_("Enter the name of the group or firm."))
    with constraints_as_refusals():
        giver = Giver.objects.create(
            kind=kind, name=" ".join(name.split())[:120], owner=owner, created_at=current_time.now()
        )
    audit.record(by=by, action="together.giver-recorded", subject=f"giver:{giver.pk}", detail={"kind": kind})
    return giver


@action
def add_member(*, by: Actor, giver: Giver, user: User) -> None:
    """Let another account act for a group, firm or aggregator.

    Raises:
        NotAllowed: anybody but its owner.
    """
    if giver.kind == "person" or by.user_id != giver.owner_id:
        raise NotAllowed(_("Only the one who registered this giver can add members."))
    GiverMember.objects.get_or_create(giver=giver, user=user)
    audit.record(by=by, action="together.member-added", subject=f"giver:{giver.pk}")


@action
def record_permit(*, by: Actor, giver: Giver, permit: NewPermit) -> Permit:
    """Record a permit of an aggregator as it was seen; each pledge is compared with its days.

    Raises:
        NotAllowed: without the permission, or for a permit of one's own.
        ActionRefused: the days are in the wrong order, or the number is listed.
    """
    require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    if acts_for_giver(by, giver):
        raise NotAllowed(_("Somebody else must record your permit."))
    if giver.kind != "aggregator" or not permit.number.strip() or not permit.issuer.strip():
        raise ActionRefused(_("Enter number and issuer of the aggregator's permit."))
    if permit.valid_until < permit.valid_from:
        raise ActionRefused(_("The permit ends before it begins. Correct one of the days."))
    with constraints_as_refusals():
        row = Permit.objects.create(
            giver=giver,
            number=permit.number.strip()[:80],
            issuer=permit.issuer.strip()[:120],
            valid_from=permit.valid_from,
            valid_until=permit.valid_until,
        )
    detail = {"from": f"{permit.valid_from}", "until": f"{permit.valid_until}"}
    audit.record(by=by, action="together.permit-recorded", subject=f"giver:{giver.pk}", detail=detail)
    return row


@action
def record_aggregator(*, by: Actor, name: str, owner: User, permit: NewPermit) -> Giver:
    """Record an aggregator together with its permit; both or none.

    Raises:
        NotAllowed, ActionRefused: as in `record_giver` and `record_permit`.
    """
    giver = record_giver(by=by, kind="aggregator", name=name, owner=owner)
    record_permit(by=by, giver=giver, permit=permit)
    return giver


@action
def suspend_giver(*, by: Actor, giver: Giver, reason: str) -> int:
    """Suspend a giver at once: no gifts, money frozen, promises given back. Returns the number of freed pledges.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: without a reason, or when it is suspended.
    """
    require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    if not reason.strip():
        raise ActionRefused(_("Enter the reason."))
    giver = Giver.objects.select_for_update().get(pk=giver.pk)
    if giver.suspended_at:
        raise ActionRefused(_("This giver is suspended already."))
    giver.suspended_at, giver.suspended_because = current_time.now(), reason.strip()[:240]
    giver.save(update_fields=["suspended_at", "suspended_because"])
    freed = free_pledges(by, giver, str(_("The giver may not give at the moment.")))
    withdraw_gifts(by=by, aggregator=giver)
    audit.record(by=by, action="together.giver-suspended", subject=f"giver:{giver.pk}", detail={"freed": freed})
    return freed


@action
def end_suspension(*, by: Actor, giver: Giver) -> None:
    """Let a suspended giver give again.

    Raises:
        NotAllowed: without the permission.
    """
    require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    Giver.objects.filter(pk=giver.pk).update(suspended_at=None, suspended_because="")
    audit.record(by=by, action="together.suspension-ended", subject=f"giver:{giver.pk}")
