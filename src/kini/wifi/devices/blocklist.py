"""The blocklist: a device, a person with all their devices, or all devices that used a voucher."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.crypto import permanent_hash
from kini.core.database.compiled_queries import CompiledQuery
from kini.wifi import rules
from kini.wifi.radius import authorization
from kini.wifi.radius.models import Block, Device, Voucher


@dataclass(frozen=True, slots=True)
class BlockTarget:
    """Object of a block: a device (keyed hash of its MAC), a person (account id), or a voucher (id). Exactly one is
    set.

    Attributes:
        reference: reference of the case that led to the person.
    """

    device: bytes | None = None
    owner_id: int | None = None
    voucher_id: int | None = None
    reference: str = ""

    @property
    def key(self) -> dict[str, Any]:
        """The one that is set, by the name of its column."""
        named = {"device": self.device, "owner_id": self.owner_id, "voucher_id": self.voucher_id}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def subject(self) -> str:
        """Audit subject."""
        if self.device:
            return authorization.audit_subject(self.device)
        return f"user:{self.owner_id}" if self.owner_id else f"wifi-voucher:{self.voucher_id}"

    def devices(self) -> QuerySet[Device]:
        """The known devices that the target covers."""
        return Device.objects.filter(mark=self.device) if self.device else Device.objects.filter(**self.key)


def target_of(block: Block) -> BlockTarget:
    """Return the target of a block."""
    device = bytes(block.device) if block.device is not None else None
    return BlockTarget(device, block.owner_id, block.voucher_id, block.reference)


def parse_target(text: str) -> BlockTarget:
    """Parse a MAC address or a voucher code.

    Raises:
        ActionRefused: if it is neither.
    """
    try:
        return BlockTarget(device=permanent_hash(rules.normalize_mac(text), authorization.DEVICE))
    except ValueError:
        voucher = Voucher.objects.filter(mark=authorization.voucher_hash(text)).first()
    if voucher is None:
        raise ActionRefused(
            _("Nothing found. Enter a case reference, a code from a sheet, or a MAC address of 12 letters and digits.")
        )
    return BlockTarget(voucher_id=voucher.pk)


def active_blocks() -> QuerySet[Block]:
    """The blocks that are not lifted."""
    return Block.objects.filter(lifted_at=None)


def is_blocked(owner: Any) -> bool:
    """Return True if a person (account id) is blocked."""
    return owner is not None and bool(_of_owner(owner=owner))


@CompiledQuery
def _of_owner(owner: int) -> QuerySet[Block, Any]:
    return active_blocks().filter(owner_id=owner).values_list("pk")


def apply_blocks(target: BlockTarget) -> list[bytes]:
    """Update `blocked_at` of a target's devices to match all active blocks; return the blocked ones."""
    covering = active_blocks().filter(
        Q(device=OuterRef("mark")) | Q(owner=OuterRef("owner")) | Q(voucher=OuterRef("voucher"))
    )
    devices = target.devices()
    devices.filter(~Exists(covering)).update(blocked_at=None)
    out = devices.filter(Exists(covering))
    out.filter(blocked_at=None).update(blocked_at=current_time.now())
    return [bytes(mark) for mark in out.values_list("mark", flat=True)]
