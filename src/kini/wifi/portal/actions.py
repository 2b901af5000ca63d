"""Sign in at the portal: one-time passwords for people, for vouchers, and for known devices."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.database.fast_models import insert_deferred
from kini.wifi import config
from kini.wifi.devices import blocklist
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.radius import authorization, queries
from kini.wifi.radius.models import Device, Pass, Voucher

#: Lifetime of a one-time password, in seconds.
PASS_SECONDS = 300


@dataclass(frozen=True, slots=True)
class OneTimeLogin:
    """Credentials that the device shows at its access point: an opaque name, and the one-time password."""

    username: str
    password: str


@action
def sign_in(*, by: Actor, device: bytes, point: AccessPoint, voucher: str = "", browser: str = "") -> OneTimeLogin:
    """Create a one-time password for a device at one access point; it replaces an earlier one.

    The device is admitted by the voucher if there is one, else by the actor's account, else as the known device it is.

    Args:
        device: keyed hash of its MAC.
        browser: description of the browser, shown to the owner.

    Raises:
        ActionRefused: if the code is unknown, ended or used up, or nothing identifies the device.
    """
    now = current_time.now()
    if voucher:
        values = _of_voucher(voucher, device)
    elif by.user_id:
        values = _of_person()
    else:
        values = _as_known(device)
    values |= {"owner_id": values.get("owner_id") or by.user_id, "name": browser[:60]}
    if blocklist.is_blocked(values["owner_id"]):
        raise ActionRefused(_("You may not use the Wi-Fi. Ask the city's help line if you do not know why."))
    nonce = secrets.token_hex(16)
    values |= {"nonce": nonce, "expires_at": now + timedelta(seconds=PASS_SECONDS)}
    insert_deferred(Pass(device=device, access_point=point, **values), instead_of=("device", "access_point"))
    # Without the place: the audit trail must not record movements.
    detail = {"with": "voucher" if voucher else "account" if by.user_id else "device"}
    audit.record(by=by, action="wifi.signed-in", subject=authorization.audit_subject(device), detail=detail)
    return OneTimeLogin(device.hex()[:16], authorization.one_time_password(nonce))


def _of_voucher(code: str, device: bytes) -> dict[str, object]:
    now = current_time.now()
    voucher = Voucher.objects.filter(
        mark=authorization.voucher_hash(code), withdrawn_at=None, group__active=True
    ).first()
    if voucher is None or voucher.starts_at > now:
        raise ActionRefused(_("This code is not valid. Compare it with the sheet, character by character."))
    if voucher.ends_at <= now:
        raise ActionRefused(_("This code has expired. Ask for a new one where you got it."))
    again = Device.objects.filter(mark=device, voucher=voucher).exists()
    if voucher.devices is not None and voucher.uses >= voucher.devices and not again:
        raise ActionRefused(
            _("This code has been used on its maximum number of devices. Ask for another one where you got it.")
        )
    return {"group_id": voucher.group_id, "voucher": voucher, "known_until": voucher.ends_at}


def _of_person() -> dict[str, object]:
    network = config.network()
    portal = network.portal if network else None
    if portal is None or not queries.is_active_group(portal.group):
        raise ActionRefused(_("The city has not opened its Wi-Fi for sign-in yet."))
    return {"group_id": portal.group, "voucher": None, "known_until": current_time.now() + timedelta(days=portal.days)}


def _as_known(device: bytes) -> dict[str, object]:
    known = queries.known_device(device)
    if known is None:
        raise ActionRefused(_("This device is no longer known. Please sign in again."))
    return {
        "group_id": known.group_id,
        "voucher_id": known.voucher_id,
        "owner_id": known.owner_id,
        "known_until": known.expires_at,
    }
