"""Block devices, people and vouchers."""

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.core.grants import Scope
from kini.people.permissions import Permission
from kini.people.rules import require
from kini.wifi.devices import blocklist
from kini.wifi.devices.blocklist import BlockTarget
from kini.wifi.events import DevicesSignedOut
from kini.wifi.guards import device_hash, lock_for_transaction, require_system
from kini.wifi.inventory import queries
from kini.wifi.models import Block, Device, Group, Pass, Voucher

SUBJECT = "wifi:blocks"
LONGEST_REASON = 240


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
        Refused: without a reason, or when it is blocked already.
    """
    _require(by, scope)
    reason = reason.strip()
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise ActionRefused(_("Give a reason of up to %(most)d characters.") % {"most": LONGEST_REASON})
    lock_for_transaction(SUBJECT)
    if blocklist.active_blocks().filter(**target.key).exists():
        raise ActionRefused(_("This is already blocked."))
    now = current_time.now()
    given = {"agency_id": scope.agency, "area_path": scope.area_path} if scope else {}
    Block.objects.create(
        **target.key, reference=target.reference, reason=reason, by_id=by.user_id, made_at=now, **given
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
        Refused: if there is no such active block in that scope.
    """
    _require(by, scope)
    lock_for_transaction(SUBJECT)
    found = queries.blocks_in_scope(scope).filter(pk=block, lifted_at=None).first()
    if found is None:
        raise ActionRefused(_("This block was already lifted."))
    found.lifted_at = current_time.now()
    found.save(update_fields=["lifted_at"])
    target = blocklist.target_of(found)
    blocklist.apply_blocks(target)
    audit.record(by=by, action="wifi.block-lifted", subject=target.subject, detail={"reference": found.reference})


@action
def block_device(*, by: Actor, mac: str, blocked: bool) -> None:
    """Block or unblock one device, which need not be known before; blocking ends its sessions.

    Raises:
        NotAllowed: if the actor is not the system.
        Refused: if `mac` is invalid, the city has no groups, or the block is about its owner or voucher.
    """
    require_system(by)
    target = BlockTarget(device=device_hash(mac))
    holding = blocklist.active_blocks().filter(device=target.device).first()
    if blocked and holding is None:
        block(by=by, target=target, reason=_("By the operator"))
    elif not blocked and holding:
        lift_block(by=by, block=holding.pk)
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
        require(by, Permission.BLOCK_WIFI, scope)
