"""Network of the benchmark: access points of the city, some of them on loopback, and known devices."""

from datetime import timedelta

from django.db import connection

from kini.bench.load_generator import NotMeasured
from kini.bench.wifi.packets import Nas
from kini.city.public import pack
from kini.core import current_time
from kini.core.actors import system
from kini.core.crypto import hmac_pads
from kini.core.database import database_roles
from kini.wifi import actions
from kini.wifi.models import AccessPoint, Group
from kini.wifi.public import DEVICE, config, point_counts, secret_of

#: Number of access points that send requests, each from its own loopback address.
ASKING = 16
LOGIN = "https://login.bench.example"
#: Sample devices by number, with the MAC of `packets.device`.
_DEVICES = """
    INSERT INTO wifi_device (mark, group_id, name, since, expires_at)
    SELECT wifi_mark(wifi_mac('06' || lpad(to_hex(number), 10, '0')), %s), %s, '', now(), %s
    FROM generate_series(0, %s - 1) AS number
"""
#: One finished session per device, so that tables and indexes have the size of a day.
_SESSIONS = """
    INSERT INTO wifi_session (key, day, nas, access_point, device, started_at, seen_at, stopped_at, seconds, octets_in,
        octets_out, cause)
    SELECT sha256(convert_to('over' || number, 'UTF8')), (%s::timestamptz AT TIME ZONE %s)::date, 'bench', '',
        wifi_mark(wifi_mac('06' || lpad(to_hex(number), 10, '0')), %s), %s, %s, %s, 600, 1000000, 4000000,
        'User-Request'
    FROM generate_series(0, %s - 1) AS number
"""


def prepare(points: int | None, devices: int) -> list[Nas]:
    """Create access points and known devices; return the access points that send requests.

    Raises:
        NotMeasured: the pack has no Wi-Fi with portal.
    """
    network = config.network()
    if network is None or network.portal is None or not point_counts():
        raise NotMeasured("the pack says nothing about its Wi-Fi and its portal (wifi.yaml, wifi-points.csv).")
    actions.create_sample_points(by=system("bench"), count=points)
    always = [name for name, kind in network.kinds.items() if kind.hours is None]
    _fill(network.portal.group, devices)
    return [_asking(number, point) for number, point in enumerate(_open(always), 1)]


def _open(kinds: list[str]) -> list[AccessPoint]:
    """Access points at sites that are always open, so that the result does not depend on the time of day."""
    access_points = AccessPoint.objects.filter(site__hours__isnull=True, site__kind__in=kinds).order_by("mac")[:ASKING]
    if not access_points:
        raise NotMeasured("no point of the pack is open around the clock.")
    return list(access_points)


def _asking(number: int, point: AccessPoint) -> Nas:
    point.nas_address, point.nas_identifier, point.login_address = f"127.77.0.{number}", f"bench-{number}", LOGIN
    point.save(update_fields=["nas_address", "nas_identifier", "login_address"])
    secret = secret_of(point)
    return Nas(str(point.nas_address), point.nas_identifier, point.mac, secret)


def _fill(group: str, devices: int) -> None:
    now, zone = current_time.now(), str(pack.current().timezone)
    if not Group.objects.filter(pk=group, active=True).exists():
        raise NotMeasured(f"the group {group} of the portal is not loaded.")
    with database_roles.as_owner(), connection.cursor() as cursor:
        cursor.execute(_DEVICES, [hmac_pads(DEVICE), group, now + timedelta(days=30), devices])
        over = now - timedelta(minutes=10)
        cursor.execute("SELECT wifi_session_partition((%s::timestamptz AT TIME ZONE %s)::date)", [over, zone])
        cursor.execute(_SESSIONS, [over, zone, hmac_pads(DEVICE), over, now, now, devices])
        cursor.execute("INSERT INTO wifi_sessionday SELECT key, day FROM wifi_session")
        for table in ("wifi_device", "wifi_session", "wifi_sessionday", "wifi_accesspoint", "wifi_site"):
            cursor.execute(f"VACUUM ANALYZE {table}")
