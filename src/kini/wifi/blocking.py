"""Who is kept out of the Wi-Fi: a device, a person with all their devices, or everybody who came in with a code."""

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
    """What is blocked: one of a device (keyed hash of its MAC), a person (id of the account), a voucher (its id).

    Attributes:
        reference: of the case by which an officer found the person.
    """

    device: bytes | None = None
    owner_id: int | None = None
    voucher_id: int | None = None
    reference: str = ""

    @property
    def key(self) -> dict[str, Any]:
        """The one that is there, by the name of its column."""
        named = {"device": self.device, "owner_id": self.owner_id, "voucher_id": self.voucher_id}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def subject(self) -> str:
        """How the audit trail names it."""
        if self.device:
            return admission.device_subject(self.device)
        return f"user:{self.owner_id}" if self.owner_id else f"wifi-voucher:{self.voucher_id}"

    def devices(self) -> QuerySet[Device]:
        """The devices that it means, as far as they are known."""
        return Device.objects.filter(mark=self.device) if self.device else Device.objects.filter(**self.key)


def target_of(block: Block) -> Target:
    """What a block is about."""
    device = bytes(block.device) if block.device is not None else None
    return Target(device, block.owner_id, block.voucher_id, block.reference)


def typed(words: str) -> Target:
    """The device whose MAC address somebody typed, or the voucher whose code.

    Raises:
        Refused: when it is neither.
    """
    try:
        return Target(device=permanent_hash(rules.mac(words), admission.DEVICE))
    except ValueError:
        found = Voucher.objects.filter(mark=admission.voucher_mark(words)).first()
    if found is None:
        raise Refused(
            _("We found nothing. Write a case's reference, a code from a sheet, or the 12 letters and digits of a MAC.")
        )
    return Target(voucher_id=found.pk)


def active() -> QuerySet[Block]:
    """The blocks that hold."""
    return Block.objects.filter(lifted_at=None)


def is_blocked(owner: Any) -> bool:
    """Whether a person (by the id of the account) is kept out."""
    return owner is not None and bool(_of_owner(owner=owner))


@Worded
def _of_owner(owner: int) -> QuerySet[Block, Any]:
    return active().filter(owner_id=owner).values_list("pk")


def refit(target: Target) -> list[bytes]:
    """Keep the devices of a target out while any block holds that means them; those that are kept out."""
    holds = active().filter(Q(device=OuterRef("mark")) | Q(owner=OuterRef("owner")) | Q(voucher=OuterRef("voucher")))
    devices = target.devices()
    devices.filter(~Exists(holds)).update(blocked_at=None)
    out = devices.filter(Exists(holds))
    out.filter(blocked_at=None).update(blocked_at=moments.now())
    return [bytes(mark) for mark in out.values_list("mark", flat=True)]
