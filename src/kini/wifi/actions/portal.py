"""Sign-in at the portal: one-time passwords for people, for vouchers, and for known devices."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kini.core import audit, events, moments
from kini.core.actions import action
from kini.core.actors import Actor, Refused
from kini.core.database.fast_models import insert_later
from kini.core.database.worded import Worded
from kini.people import keeping
from kini.people.models import User
from kini.wifi import admission, blocking, declared, queries
from kini.wifi.events import DevicesSignedOut
from kini.wifi.models import AccessPoint, Device, Group, Pass, Voucher

#: Lifetime of a one-time password, in seconds.
PASS_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Ticket:
    """Credentials that the device shows at its access point: an opaque name, and the one-time password."""

    username: str
    password: str


@action
def sign_in(*, by: Actor, device: bytes, point: AccessPoint, voucher: str = "", browser: str = "") -> Ticket:
    """Create a one-time password for a device at one access point; it replaces an earlier one.

    The device is admitted by the voucher if there is one, else by the actor's account, else as the known device it is.

    Args:
        device: keyed hash of its MAC.
        browser: description of the browser, shown to the owner.

    Raises:
        Refused: if the code is unknown, ended or used up, or nothing identifies the device.
    """
    now = moments.now()
    if voucher:
        values = _of_voucher(voucher, device)
    elif by.user_id:
        values = _of_person()
    else:
        values = _as_known(device)
    values |= {"owner_id": values.get("owner_id") or by.user_id, "name": browser[:60]}
    if blocking.is_blocked(values["owner_id"]):
        raise Refused(_("You may not use the Wi-Fi. Ask the city's help line if you do not know why."))
    nonce = secrets.token_hex(16)
    values |= {"nonce": nonce, "expires_at": now + timedelta(seconds=PASS_SECONDS)}
    insert_later(Pass(device=device, access_point=point, **values), instead_of=("device", "access_point"))
    # Without the place: the audit trail must not record movements.
    detail = {"with": "voucher" if voucher else "account" if by.user_id else "device"}
    audit.record(by=by, action="wifi.signed-in", subject=admission.device_subject(device), detail=detail)
    return Ticket(device.hex()[:16], admission.one_time(nonce))


def _of_voucher(code: str, device: bytes) -> dict[str, object]:
    now = moments.now()
    found = Voucher.objects.filter(mark=admission.voucher_mark(code), withdrawn_at=None, group__active=True).first()
    if found is None or found.starts_at > now:
        raise Refused(_("This code is not valid. Compare it with the sheet, character by character."))
    if found.ends_at <= now:
        raise Refused(_("This code has expired. Ask for a new one where you got it."))
    again = Device.objects.filter(mark=device, voucher=found).exists()
    if found.devices is not None and found.uses >= found.devices and not again:
        raise Refused(
            _("This code has been used on its maximum number of devices. Ask for another one where you got it.")
        )
    return {"group_id": found.group_id, "voucher": found, "known_until": found.ends_at}


def _of_person() -> dict[str, object]:
    network = declared.network()
    portal = network.portal if network else None
    if portal is None or not _open_group(name=portal.group):
        raise Refused(_("The city has not opened its Wi-Fi for sign-in yet."))
    return {"group_id": portal.group, "voucher": None, "known_until": moments.now() + timedelta(days=portal.days)}


@Worded
def _open_group(name: str) -> QuerySet[Group, Any]:
    return Group.objects.filter(pk=name, active=True).values_list("pk")


def _as_known(device: bytes) -> dict[str, object]:
    found = queries.known_device(device)
    if found is None:
        raise Refused(_("This device is no longer known. Please sign in again."))
    return {
        "group_id": found.group_id,
        "voucher_id": found.voucher_id,
        "owner_id": found.owner_id,
        "known_until": found.expires_at,
    }


@action
def sign_out(*, by: Actor, owner: User, devices: list[bytes] | None = None) -> int:
    """Sign out some or all devices of a person and end their sessions; return the number of devices.

    The rows stay for a day, since today's usage counts against the person's quota.

    Raises:
        NotAllowed: if the actor is neither the person nor the system.
    """
    keeping.only(by, owner.pk)
    now = moments.now()
    mine = Device.objects.filter(owner=owner, expires_at__gt=now)
    if devices is not None:
        mine = mine.filter(mark__in=devices)
    marks = [bytes(mark) for mark in mine.select_for_update().values_list("mark", flat=True)]
    Pass.objects.filter(owner=owner, device__in=marks).delete()
    Device.objects.filter(mark__in=marks).update(expires_at=now)
    if marks:
        audit.record(by=by, action="wifi.signed-out", subject=f"user:{owner.pk}", detail={"count": len(marks)})
        events.announce(DevicesSignedOut(devices=[mark.hex() for mark in marks]))
    return len(marks)
