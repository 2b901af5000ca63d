"""The blocklist: a device, a person with all their devices, or all devices that used a voucher."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from kini.core import moments
from kini.core.actors import Refused
from kini.core.crypto import permanent_hash
from kini.core.database.worded import Worded
from kini.wifi import admission, rules
from kini.wifi.models import Block, Device, Voucher


@dataclass(frozen=True, slots=True)
class Target:
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
            return admission.device_subject(self.device)
        return f"user:{self.owner_id}" if self.owner_id else f"wifi-voucher:{self.voucher_id}"

    def devices(self) -> QuerySet[Device]:
        """The known devices that the target covers."""
        return Device.objects.filter(mark=self.device) if self.device else Device.objects.filter(**self.key)


def target_of(block: Block) -> Target:
    """Return the target of a block."""
    device = bytes(block.device) if block.device is not None else None
    return Target(device, block.owner_id, block.voucher_id, block.reference)


def typed(words: str) -> Target:
    """Parse a MAC address or a voucher code.

    Raises:
        Refused: if it is neither.
    """
    try:
        return Target(device=permanent_hash(rules.mac(words), admission.DEVICE))
    except ValueError:
        found = Voucher.objects.filter(mark=admission.voucher_mark(words)).first()
    if found is None:
        raise Refused(
            _("Nothing found. Enter a case reference, a code from a sheet, or a MAC address of 12 letters and digits.")
        )
    return Target(voucher_id=found.pk)


def active() -> QuerySet[Block]:
    """The blocks that are not lifted."""
    return Block.objects.filter(lifted_at=None)


def is_blocked(owner: Any) -> bool:
    """Return True if a person (account id) is blocked."""
    return owner is not None and bool(_of_owner(owner=owner))


@Worded
def _of_owner(owner: int) -> QuerySet[Block, Any]:
    return active().filter(owner_id=owner).values_list("pk")


def refit(target: Target) -> list[bytes]:
    """Update `blocked_at` of a target's devices to match all active blocks; return the blocked ones."""
    holds = active().filter(Q(device=OuterRef("mark")) | Q(owner=OuterRef("owner")) | Q(voucher=OuterRef("voucher")))
    devices = target.devices()
    devices.filter(~Exists(holds)).update(blocked_at=None)
    out = devices.filter(Exists(holds))
    out.filter(blocked_at=None).update(blocked_at=moments.now())
    return [bytes(mark) for mark in out.values_list("mark", flat=True)]
