"""Create and withdraw vouchers: codes that a school or a neighbourhood hands out on paper."""

import secrets
from datetime import timedelta

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, ActorKind
from kini.core.grants import Scope
from kini.core.references import ALPHABET
from kini.people.rules import require
from kini.wifi import config
from kini.wifi.events import DevicesSignedOut
from kini.wifi.guards import require_system
from kini.wifi.permissions import WifiPermission
from kini.wifi.radius import queries
from kini.wifi.radius.actions import MOST_DAYS
from kini.wifi.radius.authorization import voucher_hash
from kini.wifi.radius.models import Device, Voucher
from kini.wifi.radius.queries import find_group

MOST_VOUCHERS = 5_000
#: Limit for a sheet that an officer prints.
MOST_ON_SHEET = 500
#: Letters of a voucher's code: 50 bits.
CODE_LENGTH = 10


@action
def create_vouchers(
    *,
    by: Actor,
    group: str,
    count: int,
    days: int,
    label: str,
    devices: int | None = None,
    scope: Scope | None = None,
) -> list[str]:
    """Create vouchers that are valid from now on for some days.

    Args:
        devices: limit of devices for each code; None: no limit.
        scope: scope of the officer; officers of that scope may withdraw them. None: the operator.

    Returns:
        The codes, which are stored nowhere.

    Raises:
        NotAllowed: if the actor is neither the system nor an officer with the permission for that scope.
        ActionRefused: if the group is unknown or has no sheets, or a number is out of bounds.
    """
    _require(by, scope)
    stored_group, most = find_group(group), MOST_VOUCHERS
    if scope:
        most = MOST_ON_SHEET
        if group not in config.voucher_groups():
            raise ActionRefused(_("Choose who the codes are for."))
        if not label.strip():
            raise ActionRefused(_("Enter who the sheet is for, such as the name of the school."))
    if not (1 <= count <= most and 1 <= days <= MOST_DAYS and (devices is None or devices >= 1)):
        raise ActionRefused(
            _("Create 1 to %(most)d vouchers, for 1 to %(days)d days.") % {"most": most, "days": MOST_DAYS}
        )
    now, ends = current_time.now(), current_time.now() + timedelta(days=days)
    codes = ["".join(secrets.choice(ALPHABET) for _n in range(CODE_LENGTH)) for _n in range(count)]
    values = {"group": stored_group, "label": label, "devices": devices, "starts_at": now, "ends_at": ends}
    values |= {"agency_id": scope.agency, "area_path": scope.area_path} if scope else {}
    Voucher.objects.bulk_create([Voucher(mark=voucher_hash(code), **values) for code in codes])
    detail = {"group": group, "count": count, "days": days, "label": label, "devices": devices}
    audit.record(by=by, action="wifi.vouchers-made", subject=f"wifi-vouchers:{label[:80]}", detail=detail)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


@action
def withdraw_vouchers(*, by: Actor, label: str, scope: Scope | None = None) -> int:
    """Withdraw the valid vouchers of a label, sign out devices that used them, and end their sessions.

    Returns:
        The number of withdrawn vouchers.

    Raises:
        NotAllowed: if the actor is neither the system nor an officer with the permission for that scope.
    """
    _require(by, scope)
    now = current_time.now()
    mine = queries.vouchers_in_scope(scope).filter(label=label)
    count = mine.filter(withdrawn_at=None, ends_at__gt=now).update(withdrawn_at=now)
    signed_out = Device.objects.filter(voucher__in=mine.filter(withdrawn_at=now)).values_list("mark", flat=True)
    if marks := [bytes(mark).hex() for mark in signed_out]:
        events.publish(DevicesSignedOut(devices=marks, reason="voucher-withdrawn"))
    audit.record(
        by=by, action="wifi.vouchers-withdrawn", subject=f"wifi-vouchers:{label[:80]}", detail={"count": count}
    )
    return count


def _require(by: Actor, scope: Scope | None) -> None:
    if scope is None or by.kind is ActorKind.SYSTEM:
        require_system(by)
    else:
        require(by, WifiPermission.MANAGE_VOUCHERS, scope)
