"""Queries about admission: groups, known devices, simulated decisions, usage of the day, vouchers and blocks."""

from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.core.crypto import hmac_pads
from kini.core.database.compiled_queries import CompiledQuery
from kini.core.database.prepared_statements import execute_prepared
from kini.core.grants import Scope
from kini.web.formats import today
from kini.wifi.inventory.models import AccessPoint
from kini.wifi.radius.authorization import ATTRIBUTES, DEVICE, PASS, VOUCHER, reply_attributes
from kini.wifi.radius.models import Block, Device, Group, Voucher

_USED = "SELECT seconds, octets FROM wifi_used(%s, %s, %s)"
_STANDING = f"SELECT {', '.join(ATTRIBUTES)} FROM wifi_decide({', '.join(['%s'] * 12)})"  # noqa: S608 -- our own words


def find_group(name: str) -> Group:
    """Return the group with that id.

    Raises:
        ActionRefused: if there is none.
    """
    group = Group.objects.filter(pk=name, active=True).first()
    if group is None:
        known = ", ".join(Group.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
        raise ActionRefused(
            _("There is no group “%(name)s”; there are: %(known)s") % {"name": name, "known": known or "-"}
        )
    return group


def is_active_group(name: str) -> bool:
    """Return True if there is an active group with that id."""
    return bool(_active_group(name=name))


@CompiledQuery
def _active_group(name: str) -> QuerySet[Group, Any]:
    return Group.objects.filter(pk=name, active=True).values_list("pk")


def known_device(mark: bytes) -> Device | None:
    """Return the device if it is admitted without signing in."""
    devices = Device.objects.filter(mark=mark, expires_at__gt=current_time.now(), blocked_at=None, group__active=True)
    return devices.exclude(voucher__withdrawn_at__isnull=False).first()


def simulate_decision(mac: str, point: AccessPoint, password: str = "") -> dict[str, str]:
    """Return the RADIUS attributes that a device with this password would get there.

    A one-time password is used up as RADIUS would do; without one nothing changes.
    """
    values = [mac, point.mac, point.nas_identifier, str(point.nas_address or ""), password, "", ""]
    keys = [hmac_pads(purpose) for purpose in (DEVICE, VOUCHER, PASS)]
    [row] = execute_prepared(_STANDING, [*values, *keys, str(pack.current().timezone), current_time.now()])
    return reply_attributes(row)


def octets_left(device: Device) -> int | None:
    """Return the volume that is left for a device today; None without a limit."""
    most = device.group.daily_octets
    if most is None:
        return None
    _seconds, octets = used_today(device)
    return max(0, most - octets)


def used_today(device: Device) -> tuple[int, int]:
    """Return the seconds and octets that a device, or all devices of its owner, used today."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [bytes(device.mark), device.owner_id, today()])
        seconds, octets = cursor.fetchone()
    return int(seconds), int(octets)


def ends_with_device(device: Device, seconds: int) -> bool:
    """Return True if the session ends with the device's own term, not by opening hours or a daily limit."""
    return seconds >= int((device.expires_at - current_time.now()).total_seconds()) and device.voucher_id is None


def vouchers_in_scope(scope: Scope | None) -> QuerySet[Voucher]:
    """The vouchers of officers within that scope; None: all."""
    return Voucher.objects.filter(_within(scope))


def blocks_in_scope(scope: Scope | None) -> QuerySet[Block]:
    """The blocks of officers within that scope; None: all."""
    return Block.objects.filter(_within(scope))


def _within(scope: Scope | None) -> Q:
    if scope is None:
        return Q()
    agency = Q(agency=scope.agency)
    within = Q(area_path=scope.area_path) | Q(area_path__startswith=f"{scope.area_path}/")
    return agency & within if scope.area_path else agency
