"""Diff of a list of points against the stored inventory, in a constant number of queries."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kini.city import queries as city
from kini.city.models import Area
from kini.city.public import area_lookup, current
from kini.core.database.bulk import unnest_values
from kini.core.geometry import Point
from kini.core.table_import import Row
from kini.wifi.inventory.list_parser import PointList
from kini.wifi.inventory.models import AccessPoint, Site
from kini.wifi.inventory.radius_secrets import secret_hash, set_secret
from kini.wifi.inventory.schema import PointRow
from kini.wifi.schema import WifiFile, hours_as_json

OF_SITE = ("name", "kind", "scheme", "provider", "area_id", "latitude", "longitude", "address", "hours", "active")
#: Unique attributes of an access point, beside its MAC and its secret.
IDENTIFIERS = ("nas_address", "nas_identifier", "called_station_id")
OF_ACCESS_POINT = (*IDENTIFIERS, "login_address", "coa_port", "vendor", "model", "capacity", "active")
SECRET_BYTES = 24


@dataclass(slots=True)
class ImportDiff:
    """Rows to be stored.

    Attributes:
        points: site code of each new or changed access point, by MAC.
        same: unchanged rows.
    """

    new_sites: list[Site] = field(default_factory=list)
    changed_sites: list[Site] = field(default_factory=list)
    new_access_points: list[AccessPoint] = field(default_factory=list)
    changed_access_points: list[AccessPoint] = field(default_factory=list)
    points: dict[str, str] = field(default_factory=dict)
    same: int = 0


def compute_diff(listed: PointList, network: WifiFile, *, made_up: bool = False) -> ImportDiff:
    """Compute the changes. Invalid rows move from the list's rows to its faults.

    Args:
        made_up: the rows are sample data.
    """
    located = _checked(listed, network)
    sites = _stored(Site, "code", {row.site for row in _rows(listed)})
    macs = {row.mac for row in _rows(listed) if row.mac}
    stored_points = _stored(AccessPoint, "mac", macs)
    _refuse_taken(listed)
    plan = ImportDiff()
    seen: set[str] = set()
    for each in listed.rows:
        row = each.value
        before = (len(plan.new_sites), len(plan.changed_sites), len(plan.points))
        if row.site not in seen:
            seen.add(row.site)
            wanted = _site(row, located[row.site], listed.table.file, made_up)
            _plan_site(plan, wanted, sites.get(row.site))
        if row.mac:
            _plan_access_point(plan, row, stored_points.get(row.mac), sites.get(row.site))
        plan.same += before == (len(plan.new_sites), len(plan.changed_sites), len(plan.points))
    return plan


def _rows(listed: PointList) -> Iterable[PointRow]:
    return (each.value for each in listed.rows)


def _stored(model: type[Any], key: str, values: set[str]) -> dict[str, Any]:
    rows = model.objects.select_related("site") if model is AccessPoint else model.objects
    return {getattr(each, key): each for each in rows.filter(**{f"{key}__in": unnest_values(values)})}


def _checked(listed: PointList, network: WifiFile) -> dict[str, Area]:
    """Return the area of each site; invalid rows, and rows that contradict an earlier one, leave the list."""
    lowest = current().lowest_level
    areas: dict[str, Area] = {}
    lying = _lying([each.value for each in listed.rows])
    first: dict[str, Row[PointRow]] = {}
    seen: dict[tuple[str, str], int] = {}
    valid = []
    for each in listed.rows:
        row, count = each.value, len(listed.errors)
        before = first.get(row.site)
        if before is None:
            _check_site(listed, each, network, areas, lowest, lying)
        elif _of_site(before.value) != _of_site(row):
            message = f"the site {row.site} is another one in row {before.line}"
            listed.add_error(each, "site", message, "Give every row of a site the same name, kind, place and hours.")
        for name in ("mac", *IDENTIFIERS, "secret"):
            value = getattr(row, name)
            if value and (other := seen.setdefault((name, value), each.line)) != each.line:
                listed.add_error(each, name, f"it stands in row {other} already", "Give each access point its own.")
        if before and not row.mac and len(listed.errors) == count:
            message = f"the site {row.site} stands in row {before.line} already"
            listed.add_error(each, "site", message, "Keep one of the rows, or name an access point by its mac.")
        if len(listed.errors) == count:
            first.setdefault(row.site, each)
            valid.append(each)
    listed.rows = valid
    return areas


def _lying(rows: Sequence[PointRow]) -> dict[Point, str | None]:
    """Locate the points of rows without an area, in one go."""
    points = list({(row.latitude, row.longitude) for row in rows if not row.area})
    return dict(zip(points, area_lookup.area_index().locate_all(points), strict=True))


def _check_site(
    listed: PointList,
    each: Row[PointRow],
    network: WifiFile,
    areas: dict[str, Area],
    lowest: str,
    lying: dict[Point, str | None],
) -> None:
    row = each.value
    if row.kind not in network.kinds:
        known = f"Use one of: {', '.join(network.kinds)}; a mapping can say which of theirs is which."
        listed.add_error(each, "kind", f'there is no kind "{row.kind}"', known)
    if row.scheme and row.scheme not in network.schemes:
        known = f"Use one of: {', '.join(network.schemes)}." if network.schemes else "Leave it empty."
        listed.add_error(each, "scheme", f'there is no scheme "{row.scheme}"', known)
    area = city.area(row.area or lying[row.latitude, row.longitude] or "")
    if area and area.level == lowest:
        areas[row.site] = area
    elif row.area:
        level = current().level_name(lowest)
        listed.add_error(each, "area", f'"{row.area}" is no area of the level {level}', "Use a code of areas.csv.")
    else:
        listed.add_error(
            each,
            "latitude",
            f"{row.latitude}, {row.longitude} lies outside the city",
            "Give degrees in WGS 84, or the code of the area.",
        )


def _of_site(row: PointRow) -> tuple[object, ...]:
    return (row.name, row.kind, row.scheme, row.provider, row.latitude, row.longitude, row.area, row.address, row.hours)


def _refuse_taken(listed: PointList) -> None:
    """Remove rows whose identifier or secret belongs to another access point."""
    rows = list(_rows(listed))
    marks = {row.mac: secret_hash(row.secret) for row in rows if row.secret}
    owners = _owners()
    valid = []
    for each in listed.rows:
        identifiers = {name: getattr(each.value, name) for name in IDENTIFIERS} | {"secret": marks.get(each.value.mac)}
        conflicts = [
            name for name, value in identifiers.items() if owners[name].get(value, each.value.mac) != each.value.mac
        ]
        for name in conflicts:
            listed.add_error(each, name, "it belongs to another access point", "Give each access point its own.")
        if not conflicts:
            valid.append(each)
    listed.rows = valid


def _owners() -> dict[str, dict[Any, str]]:
    """Return the access point (MAC) of each identifier and secret hash. One query."""
    owners: dict[str, dict[Any, str]] = {name: {} for name in (*IDENTIFIERS, "secret")}
    for mac, mark, *values in AccessPoint.objects.values_list("mac", "secret_mark", *IDENTIFIERS):
        owners["secret"][bytes(mark)] = mac
        for name, value in zip(IDENTIFIERS, values, strict=True):
            if value:
                owners[name][value] = mac
    return owners


def _site(row: PointRow, area: Area, origin: str, made_up: bool) -> Site:
    return Site(
        code=row.site,
        name=row.name,
        kind=row.kind,
        scheme=row.scheme,
        provider=row.provider,
        area_id=area.code,
        latitude=row.latitude,
        longitude=row.longitude,
        address=row.address,
        hours=hours_as_json(row.hours),
        active=row.active,
        origin=origin[:200],
        made_up=made_up,
    )


def _plan_site(plan: ImportDiff, wanted: Site, stored: Site | None) -> None:
    if stored is None:
        plan.new_sites.append(wanted)
    elif any(getattr(stored, name) != getattr(wanted, name) for name in (*OF_SITE, "made_up")):
        plan.changed_sites.append(wanted)


def _plan_access_point(plan: ImportDiff, row: PointRow, stored: AccessPoint | None, site: Site | None) -> None:
    wanted = AccessPoint(mac=row.mac, **{name: getattr(row, name) for name in OF_ACCESS_POINT})
    if stored is None:
        set_secret(wanted, row.secret or secrets.token_urlsafe(SECRET_BYTES))
        plan.new_access_points.append(wanted)
        plan.points[row.mac] = row.site
        return
    known = bytes(stored.secret_mark)
    moved = stored.site.code != row.site
    other = any(getattr(stored, name) != getattr(wanted, name) for name in OF_ACCESS_POINT)
    if row.secret and secret_hash(row.secret) != known:
        set_secret(wanted, row.secret)
    else:
        wanted.secret, wanted.secret_mark = bytes(stored.secret), known
    if moved or other or wanted.secret_mark != known:
        plan.changed_access_points.append(wanted)
        plan.points[row.mac] = row.site
