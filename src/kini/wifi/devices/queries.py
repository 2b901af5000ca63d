"""Queries about a person's own use of the network."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from kini.core import current_time
from kini.people.models import User
from kini.web.formats import today
from kini.wifi.radius import queries
from kini.wifi.radius.models import Device

#: Days and number of sessions that are shown.
DAYS, MOST = 30, 50
_SESSIONS = """
    SELECT d.name, t.name, t.code, s.started_at, s.seconds, s.octets_in + s.octets_out,
        wifi_ended_at(s.nas, s.started_at, s.seen_at, s.stopped_at, wifi_silence(%s), %s) IS NULL
    FROM wifi_device d
    JOIN wifi_session s ON s.device = d.mark AND s.started_at >= d.since AND s.day >= %s
    LEFT JOIN wifi_accesspoint p ON p.mac = s.access_point
    LEFT JOIN wifi_site t ON t.id = p.site_id AND t.active
    WHERE d.owner_id = %s ORDER BY s.started_at DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class OwnDevice:
    """A known device of a person; `key` identifies it in forms."""

    mark: bytes
    name: str
    since: datetime
    until: datetime

    @property
    def key(self) -> str:
        return self.mark.hex()[:20]


@dataclass(frozen=True, slots=True)
class DeviceSession:
    """A session: device, site (empty if it is gone), start, duration and volume."""

    device: str
    site: str
    code: str
    started_at: datetime
    seconds: int
    octets: int
    goes_on: bool


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """Usage of all devices of a person today, and the limits; None: no limit."""

    seconds: int
    octets: int
    most_seconds: int | None
    most_octets: int | None


def devices_of(user: User) -> list[OwnDevice]:
    """Return the person's known devices, newest first."""
    withdrawn = Q(voucher__withdrawn_at__isnull=False)
    devices = Device.objects.filter(owner=user, expires_at__gt=current_time.now()).exclude(withdrawn).order_by("-since")
    return [OwnDevice(bytes(each.mark), each.name, each.since, each.expires_at) for each in devices]


def sessions_of(user: User) -> list[DeviceSession]:
    """Return the sessions of the last DAYS days on devices that were the person's then, newest first."""
    now = current_time.now()
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS, [now, now, today() - timedelta(days=DAYS), user.pk, MOST])
        rows = cursor.fetchall()
    return [DeviceSession(row[0], row[1] or "", row[2] or "", *row[3:]) for row in rows]


def daily_usage(devices: list[OwnDevice]) -> DailyUsage | None:
    """Return today's usage, with the limits of the device that signed in last; None without a device."""
    if not devices:
        return None
    device = Device.objects.select_related("group").get(mark=devices[0].mark)
    return DailyUsage(*queries.used_today(device), device.group.daily_seconds, device.group.daily_octets)
