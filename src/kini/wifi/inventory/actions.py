"""Import lists of sites and access points, create sample ones, and rotate the keys of their RADIUS secrets."""

from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import count as numbers
from operator import attrgetter

from django.utils.translation import gettext as _
from psycopg.types.json import Jsonb

from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.core.config_files import ConfigError
from kini.core.database import bulk
from kini.wifi import config
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.inventory import sample_data
from kini.wifi.inventory.diff import OF_ACCESS_POINT, OF_SITE, ImportDiff, compute_diff
from kini.wifi.inventory.list_parser import PointList
from kini.wifi.inventory.models import AccessPoint, Site
from kini.wifi.inventory.sample_data import point_counts
from kini.wifi.schema import WifiFile

#: Audit subject of every change of sites; its newest entry is the version of the site cache.
SUBJECT = "wifi:sites"
BATCH = 1_000
#: Sample points of the demo.
SAMPLES = 400
#: Sample access points send from the addresses after this one.
LOOPBACK = IPv4Address("127.64.0.0")


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """Counts of what a list changed, or would change.

    Attributes:
        same: unchanged rows.
        faults: errors in the rows that were skipped.
    """

    new_sites: int
    changed_sites: int
    new_access_points: int
    changed_access_points: int
    same: int
    faults: list[ConfigError]

    @property
    def changes(self) -> int:
        return self.new_sites + self.changed_sites + self.new_access_points + self.changed_access_points


@action
def import_points(*, by: Actor, listed: PointList, dry_run: bool = False) -> ImportOutcome:
    """Import the valid rows of a list; sites that it does not name stay as they are. Idempotent.

    The first real list replaces all sample points.

    Args:
        listed: a list as read by `list_parser.read_list`.
        dry_run: compute the changes without storing them.

    Raises:
        NotAllowed: if the actor is not the system.
        ActionRefused: if the pack has no wifi.yaml.
    """
    return _bring(by, listed, dry_run=dry_run, made_up=False)


@action
def create_sample_points(*, by: Actor, count: int | None = None) -> ImportOutcome:
    """Create sample points by the counts of the pack, or `count` of them in the same proportions.

    Deterministic. Other sample points are deleted.

    Raises:
        NotAllowed: if the actor is not the system.
        ActionRefused: if there are real points, or the pack has no counts.
    """
    require_system(by)
    lock_for_transaction(SUBJECT)
    if Site.objects.filter(made_up=False).exists():
        raise ActionRefused(_("There are real points already; samples would mix with them."))
    listed = sample_data.sample_points(_network(), count)
    if not listed.rows:
        raise ActionRefused(_("The pack does not give the number of points in each area (wifi-points.csv)."))
    return _bring(by, listed, dry_run=False, made_up=True)


@action
def assign_sample_addresses(*, by: Actor) -> int:
    """Give sample access points loopback addresses to replay usage from; return the number that had none.

    Raises:
        NotAllowed: if the actor is not the system.
        ActionRefused: if there are real points.
    """
    require_system(by)
    lock_for_transaction(SUBJECT)
    if Site.objects.filter(made_up=False).exists():
        raise ActionRefused(_("There are real points already; samples would mix with them."))
    used = set(AccessPoint.objects.filter(nas_address__isnull=False).values_list("nas_address", flat=True))
    free = (address for number in numbers(1) if (address := str(LOOPBACK + number)) not in used)
    points = list(AccessPoint.objects.filter(nas_address=None).order_by("mac"))
    for point, address in zip(points, free, strict=False):
        point.nas_address = address
    AccessPoint.objects.bulk_update(points, ["nas_address"], batch_size=BATCH)
    audit.record(by=by, action="wifi.points-addressed", subject=SUBJECT, detail={"count": len(points)})
    return len(points)


@action
def create_demo_points(*, by: Actor) -> int:
    """Create a few sample points for the demo if there are no points yet; return their number."""
    require_system(by)
    if config.network() is None or not point_counts() or Site.objects.exists():
        return 0
    return create_sample_points(by=by, count=SAMPLES).new_sites


def _network() -> WifiFile:
    wifi = config.network()
    if wifi is None:
        raise ActionRefused(_("The city's pack has no Wi-Fi configuration (wifi.yaml)."))
    return wifi


def _bring(by: Actor, listed: PointList, *, dry_run: bool, made_up: bool) -> ImportOutcome:
    require_system(by)
    lock_for_transaction(SUBJECT)
    plan = compute_diff(listed, _network(), made_up=made_up)
    outcome = ImportOutcome(
        len(plan.new_sites),
        len(plan.changed_sites),
        len(plan.new_access_points),
        len(plan.changed_access_points),
        plan.same,
        sorted(listed.errors),
    )
    if dry_run or not listed.rows:
        return outcome
    _write(plan)
    samples = Site.objects.filter(made_up=True)
    _count, deleted = samples.exclude(code__in=[each.value.site for each in listed.rows if made_up]).delete()
    if outcome.changes or deleted:
        detail = {
            "file": listed.table.file,
            "new": outcome.new_sites,
            "changed": outcome.changed_sites,
            "access_points": outcome.new_access_points + outcome.changed_access_points,
            "faults": len(outcome.faults),
            "made_up_gone": deleted.get("wifi.Site", 0),
        }
        event = "wifi.points-laid" if made_up else "wifi.points-loaded"
        audit.record(by=by, action=event, subject=SUBJECT, detail=detail)
    return outcome


def _write(plan: ImportDiff) -> None:
    of_site = (*OF_SITE, "origin", "made_up")
    sites = [*plan.new_sites, *plan.changed_sites]
    values = attrgetter("code", *(name for name in of_site if name != "hours"), "hours")
    fields = [*(name for name in of_site if name != "hours"), "hours"]
    bulk.bulk_upsert(
        Site,
        ((*known, hours and Jsonb(hours)) for *known, hours in map(values, sites)),
        key="code",
        fields=fields,
    )
    ids = dict(Site.objects.filter(code__in=bulk.unnest_values(set(plan.points.values()))).values_list("code", "pk"))
    points = [*plan.new_access_points, *plan.changed_access_points]
    values = attrgetter("mac", "secret", "secret_mark", *OF_ACCESS_POINT)
    bulk.bulk_upsert(
        AccessPoint,
        ((*values(point), ids[plan.points[point.mac]]) for point in points),
        key="mac",
        fields=["secret", "secret_mark", *OF_ACCESS_POINT, "site"],
    )
