"""Register, forget, sign out and block devices; block people and vouchers."""

from datetime import timedelta

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.core.grants import Scope
from kini.people.models import User
from kini.people.public import action_helpers
from kini.people.rules import require
from kini.wifi.devices import blocklist
from kini.wifi.devices.blocklist import BlockTarget
from kini.wifi.events import DevicesSignedOut
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.permissions import WifiPermission
from kini.wifi.radius import queries
from kini.wifi.radius.actions import MOST_DAYS, reauthorize_sessions
from kini.wifi.radius.authorization import audit_subject, device_hash
from kini.wifi.radius.models import Block, Device, Group, Pass, Voucher
from kini.wifi.radius.queries import find_group

SUBJECT = "wifi:blocks"
LONGEST_REASON = 240


@action
def register_device(*, by: Actor, mac: str, group: str, days: int) -> Device:
    """Let a device in without signing in for some days; a blocked one stays blocked.

    Its running session gets the limits of the group.

    Raises:
        NotAllowed: if the actor is not the system.
        ActionRefused: if `mac` is invalid, or the group is unknown.
    """
    require_system(by)
    if not 1 <= days <= MOST_DAYS:
        raise ActionRefused(_("Enter 1 to %(days)d days.") % {"days": MOST_DAYS})
    mark, stored_group = device_hash(mac), find_group(group)
    values = {"group": stored_group, "voucher": None, "expires_at": current_time.now() + timedelta(days=days)}
    device, _new = Device.objects.update_or_create(mark=mark, defaults=values)
    audit.record(by=by, action="wifi.device-known", subject=audit_subject(mark), detail={"group": group, "days": days})
    reauthorize_sessions(by=by, devices=[mark], reason="group-changed")
    return device


@action
def forget_device(*, by: Actor, mac: str) -> bool:
    """Forget a device, end its sessions, and return True if it was known. A blocked device stays blocked.

    Raises:
        NotAllowed: if the actor is not the system.
        ActionRefused: when it is no MAC address.
    """
    require_system(by)
    mark = device_hash(mac)
    known = bool(Device.objects.filter(mark=mark, blocked_at=None).delete()[0])
    audit.record(by=by, action="wifi.device-forgotten", subject=audit_subject(mark), detail={"known": known})
    events.publish(DevicesSignedOut(devices=[mark.hex()], reason="forgotten"))
    return known


@action
def sign_out(*, by: Actor, owner: User, devices: list[bytes] | None = None) -> int:
    """Sign out some or all devices of a person and end their sessions; return the number of devices.

    The rows stay for a day, since today's usage counts against the person's quota.

    Raises:
        NotAllowed: if the actor is neither the person nor the system.
    """
    action_helpers.require_self(by, owner.pk)
    now = current_time.now()
    mine = Device.objects.filter(owner=owner, expires_at__gt=now)
    if devices is not None:
        mine = mine.filter(mark__in=devices)
    marks = [bytes(mark) for mark in mine.select_for_update().values_list("mark", flat=True)]
    Pass.objects.filter(owner=owner, device__in=marks).delete()
    Device.objects.filter(mark__in=marks).update(expires_at=now)
    if marks:
        audit.record(by=by, action="wifi.signed-out", subject=f"user:{owner.pk}", detail={"count": len(marks)})
        events.publish(DevicesSignedOut(devices=[mark.hex() for mark in marks]))
    return len(marks)


@action
def block(*, by: Actor, target: BlockTarget, reason: str, scope: Scope | None = None) -> int:
    """Block a device, a person or a voucher, and end their sessions. A blocked voucher is withdrawn for good.

    Args:
        reason: read by colleagues.
        scope: scope of the officer; officers of that scope may lift the block. None: the operator.

    Returns:
        The number of known devices that are blocked by it.

    Raises:
        NotAllowed: if the actor is neither the system nor an officer with the permission for that scope.
        ActionRefused: without a reason, or when it is blocked already.
    """
    _require(by, scope)
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ActionRefused(_("Give a reason of up to %(most)d characters.") % {"most": LONGEST_REASON})
    lock_for_transaction(SUBJECT)
    if blocklist.active_blocks().filter(**target.key).exists():
        raise ActionRefused(_("This is already blocked."))
    now = current_time.now()
    owner_scope = {"agency_id": scope.agency, "area_path": scope.area_path} if scope else {}
    Block.objects.create(
        **target.key, reference=target.reference, reason=reason, by_id=by.user_id, made_at=now, **owner_scope
    )
    if target.device:
        _known(target.device)
    if target.voucher_id:
        Voucher.objects.filter(pk=target.voucher_id, withdrawn_at=None).update(withdrawn_at=now)
    Pass.objects.filter(**target.key).delete()
    marks = blocklist.apply_blocks(target)
    if marks:
        events.publish(DevicesSignedOut(devices=[mark.hex() for mark in marks], reason="blocked"))
    detail = {"reason": reason, "reference": target.reference, "devices": len(marks)}
    audit.record(by=by, action="wifi.blocked", subject=target.subject, detail=detail)
    return len(marks)


@action
def lift_block(*, by: Actor, block: int, scope: Scope | None = None) -> None:
    """Lift a block; its devices stay blocked as far as another block covers them.

    Raises:
        NotAllowed: if the actor is neither the system nor an officer with the permission for that scope.
        ActionRefused: if there is no such active block in that scope.
    """
    _require(by, scope)
    lock_for_transaction(SUBJECT)
    row = queries.blocks_in_scope(scope).filter(pk=block, lifted_at=None).first()
    if row is None:
        raise ActionRefused(_("This block was already lifted."))
    row.lifted_at = current_time.now()
    row.save(update_fields=["lifted_at"])
    target = blocklist.target_of(row)
    blocklist.apply_blocks(target)
    audit.record(by=by, action="wifi.block-lifted", subject=target.subject, detail={"reference": row.reference})


@action
def block_device(*, by: Actor, mac: str, blocked: bool) -> None:
    """Block or unblock one device, which need not be known before; blocking ends its sessions.

    Raises:
        NotAllowed: if the actor is not the system.
        ActionRefused: if `mac` is invalid, the city has no groups, or the block is about its owner or voucher.
    """
    require_system(by)
    target = BlockTarget(device=device_hash(mac))
    active = blocklist.active_blocks().filter(device=target.device).first()
    if blocked and active is None:
        block(by=by, target=target, reason=_("By the operator"))
    elif not blocked and active:
        lift_block(by=by, block=active.pk)
    if not blocked and target.devices().exclude(blocked_at=None).exists():
        raise ActionRefused(_("Its owner or its code is blocked: lift that block at the desk (/desk/wifi/blocked/)."))


def _known(mark: bytes) -> None:
    """Create the row on which a device can be blocked."""
    group = Group.objects.order_by("pk").first()
    if group is None:
        raise ActionRefused(_("The pack defines no groups (wifi.yaml)."))
    Device.objects.get_or_create(mark=mark, defaults={"group": group, "expires_at": current_time.now()})


def _require(by: Actor, scope: Scope | None) -> None:
    if scope is None or by.kind is ActorKind.SYSTEM:
        require_system(by)
    else:
        require(by, WifiPermission.BLOCK_WIFI, scope)
