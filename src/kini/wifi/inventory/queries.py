"""Queries about sites, open faults, devices, vouchers and blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.dates import WEEKDAYS

from kini.city import pack
from kini.core import current_time
from kini.core.crypto import hmac_pads
from kini.core.database.prepared_statements import execute_prepared
from kini.core.grants import Scope
from kini.core.localized_text import Text
from kini.web.formats import today
from kini.wifi import config, rules
from kini.wifi.models import AccessPoint, Block, Device, FaultReport, Site, Voucher
from kini.wifi.radius.authorization import ATTRIBUTES, DEVICE, PASS, VOUCHER, reply_attributes
from kini.wifi.schema import Hours

#: Walking speed in metres per minute (4.8 km/h), and the ratio of street distance to straight-line distance.
WALKING, DETOUR = 80.0, 1.3
_USED = "SELECT seconds, octets FROM wifi_used(%s, %s, %s)"
_STANDING = f"SELECT {', '.join(ATTRIBUTES)} FROM wifi_decide({', '.join(['%s'] * 12)})"  # noqa: S608 -- our own words


@dataclass(frozen=True, slots=True)
class Opening:
    """Opening state of a site; `closes`: closing time today, if it closes today."""

    open: bool
    closes: time | None


@dataclass(frozen=True, slots=True)
class OpenFault:
    """Open fault of a site: time of the first report, and number of reports."""

    since: datetime
    reports: int


def hours_of(site: Site) -> Hours | None:
    """Return the site's own hours, else those of its kind; None: always open."""
    if site.hours:
        return Hours.model_validate(site.hours)
    network = config.network()
    kind = network.kinds.get(site.kind) if network else None
    return kind.hours if kind else None


def opening(site: Site, at: datetime | None = None) -> Opening:
    """Return the opening state at a moment (default: now), in the city's time zone."""
    hours = hours_of(site)
    if hours is None:
        return Opening(True, None)
    local = (at or current_time.now()).astimezone(pack.current().timezone)
    spans = hours.of(local.weekday())
    return Opening(rules.is_open_at(spans, local.time()), rules.closing_time(spans, local))


def site_filter(kind: str, open_now: bool) -> Callable[[Site], bool]:
    """Return a test of sites by kind (empty: any) and opening state; it caches hours, for use on many sites."""
    known: dict[tuple[str, str], bool] = {}

    def fits(site: Site) -> bool:
        if kind and site.kind != kind:
            return False
        if not open_now:
            return True
        hours = site.kind, str(site.hours)
        if hours not in known:
            known[hours] = opening(site).open
        return known[hours]

    return fits


def kind_name(site: Site) -> Text:
    """Return the name of a site's kind."""
    network = config.network()
    kind = network.kinds.get(site.kind) if network else None
    return kind.name if kind else Text({"": site.kind})


def walking_minutes(metres: float) -> int:
    """Estimate the walking time; at least one minute."""
    return max(1, round(metres * DETOUR / WALKING))


def open_fault(site: Site) -> OpenFault | None:
    """Return the open fault that people have reported."""
    open_now = Q(case__closed_at__isnull=True)
    first = FaultReport.objects.filter(open_now, site=site).select_related("case").order_by("case__opened_at").first()
    if first is None:
        return None
    joined = FaultReport.objects.filter(Q(case=first.case_id) | Q(case__leader=first.case_id), site=site)
    return OpenFault(first.case.opened_at, joined.aggregate(count=Count("pk"))["count"])


def known_device(mark: bytes) -> Device | None:
    """Return the device if it is admitted without signing in."""
    found = Device.objects.filter(mark=mark, expires_at__gt=current_time.now(), blocked_at=None, group__active=True)
    return found.exclude(voucher__withdrawn_at__isnull=False).first()


def simulate_decision(mac: str, point: AccessPoint, password: str = "") -> dict[str, str]:
    """Return the RADIUS attributes that a device with this password would get there.

    A one-time password is used up as RADIUS would do; without one nothing changes.
    """
    words = [mac, point.mac, point.nas_identifier, str(point.nas_address or ""), password, "", ""]
    keys = [hmac_pads(purpose) for purpose in (DEVICE, VOUCHER, PASS)]
    [row] = execute_prepared(_STANDING, [*words, *keys, str(pack.current().timezone), current_time.now()])
    return reply_attributes(row)


def next_opening(site: Site, at: datetime | None = None) -> tuple[str, time] | None:
    """Return weekday (as text) and time of the next opening; None if there is none within a week."""
    hours = hours_of(site)
    local = (at or current_time.now()).astimezone(pack.current().timezone)
    if hours is None:
        return None
    for ahead in range(8):
        weekday = (local.weekday() + ahead) % 7
        starts = [opens for opens, _closes in hours.of(weekday) if ahead or opens > local.time()]
        if starts:
            return str(WEEKDAYS[weekday]), min(starts)
    return None


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
