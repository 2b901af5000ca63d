"""Every write about the network: lists of points, made-up points, keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from kini.cases import answers
from kini.cases.actions import join
from kini.cases.models import Case
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused
from kini.core.crypto import needs_rotation, seal, unseal
from kini.core.faults import Fault
from kini.wifi import declared, laying
from kini.wifi.models import AccessPoint, FaultReport, Site
from kini.wifi.planning import OF_ACCESS_POINT, OF_SITE, Plan, plan_for, secret_context
from kini.wifi.reading import Listed
from kini.wifi.schema import WifiFile

#: Every change of sites is audited under this subject, so the newest entry names their state.
SUBJECT = "wifi:sites"
BATCH = 1_000
#: Made-up points of a first look.
SAMPLES = 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a list changed, or would change.

    Attributes:
        same: rows that changed nothing.
        faults: what is wrong in the rows that were not taken.
    """

    new_sites: int
    changed_sites: int
    new_access_points: int
    changed_access_points: int
    same: int
    faults: list[Fault]

    @property
    def changes(self) -> int:
        return self.new_sites + self.changed_sites + self.new_access_points + self.changed_access_points


@action
def import_points(*, by: Actor, listed: Listed, dry_run: bool = False) -> Outcome:
    """Bring the good rows of a list in; what a list does not name stays as it is. The same list again changes nothing.

    The first real list takes the place of all made-up points.

    Args:
        listed: a list as `reading.read_list` read it.
        dry_run: say what would change, and change nothing.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when the city's pack says nothing about its Wi-Fi.
    """
    return _bring(by, listed, dry_run=dry_run, made_up=False)


@action
def lay_made_up(*, by: Actor, count: int | None = None) -> Outcome:
    """Lay made-up points over the city by the counts of the pack; fewer in the same proportions with `count`.

    Laid again they are the same. Made-up points that are there beyond that go.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when there are real points, or the pack counts none.
    """
    _only_commands(by)
    _lock()
    if Site.objects.filter(made_up=False).exists():
        raise Refused(_("There are real points already; made-up ones would mix with them."))
    listed = laying.points(_network(), count)
    if not listed.rows:
        raise Refused(_("The pack does not say how many points there are in which area (wifi-points.csv)."))
    return _bring(by, listed, dry_run=False, made_up=True)


@action
def lay_samples(*, by: Actor) -> int:
    """A few made-up points for a first look, where the pack counts points and none are there; how many."""
    _only_commands(by)
    if declared.network() is None or not declared.counts() or Site.objects.exists():
        return 0
    return lay_made_up(by=by, count=SAMPLES).new_sites


@action
def note_fault(*, by: Actor, case: Case) -> FaultReport | None:
    """Tie a case to the site whose number it names; when a fault is open there already, the case is joined to that one.

    Done again it changes nothing. A number that is no site's is left to the officers.

    Raises:
        NotAllowed: for anybody but the program.
    """
    _only_commands(by)
    network = _network()
    code = str(answers.of_case(case).get(network.fault.site, "")) if network.fault else ""
    site = Site.objects.select_for_update().filter(code__iexact=code.strip()).first() if code else None
    if site is None:
        return None
    report, new = FaultReport.objects.get_or_create(case=case, defaults={"site": site})
    if not new:
        return report
    audit.record(by=by, action="wifi.fault-noted", subject=f"case:{case.reference}", detail={"site": site.code})
    others = FaultReport.objects.filter(site=site, case__closed_at__isnull=True, case__service=case.service_id)
    first = others.exclude(case=case).select_related("case").order_by("case__opened_at").first()
    if first and case.closed_at is None:
        join(by=by, case=case, other=first.case)
    return report


@action
def rotate_keys(*, by: Actor) -> int:
    """Seal again, with the first key of the ring, the secrets that an older key sealed; how many that were."""
    _only_commands(by)
    _lock()
    old = [each for each in AccessPoint.objects.only("mac", "secret") if needs_rotation(each.secret)]
    for point in old:
        context = secret_context(point.mac)
        point.secret = seal(unseal(point.secret, context), context)
    AccessPoint.objects.bulk_update(old, ["secret"], batch_size=BATCH)
    audit.record(by=by, action="wifi.keys-rotated", subject="wifi:secrets", detail={"count": len(old)})
    return len(old)


def _only_commands(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("The network's points are loaded by the operator's commands only.")


def _lock() -> None:
    """One list after the other: what is planned must still hold when it is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [SUBJECT])


def _network() -> WifiFile:
    found = declared.network()
    if found is None:
        raise Refused(_("The city's pack says nothing about its Wi-Fi (wifi.yaml)."))
    return found


def _bring(by: Actor, listed: Listed, *, dry_run: bool, made_up: bool) -> Outcome:
    _only_commands(by)
    _lock()
    plan = plan_for(listed, _network(), made_up=made_up)
    outcome = Outcome(
        len(plan.new_sites),
        len(plan.changed_sites),
        len(plan.new_access_points),
        len(plan.changed_access_points),
        plan.same,
        sorted(listed.faults),
    )
    if dry_run or not listed.rows:
        return outcome
    _write(plan)
    gone = Site.objects.filter(made_up=True)
    _count, deleted = gone.exclude(code__in=[each.row.site for each in listed.rows if made_up]).delete()
    if outcome.changes or deleted:
        detail = {
            "file": listed.file,
            "new": outcome.new_sites,
            "changed": outcome.changed_sites,
            "access_points": outcome.new_access_points + outcome.changed_access_points,
            "faults": len(outcome.faults),
            "made_up_gone": deleted.get("wifi.Site", 0),
        }
        deed = "wifi.points-laid" if made_up else "wifi.points-loaded"
        audit.record(by=by, action=deed, subject=SUBJECT, detail=detail)
    return outcome


def _write(plan: Plan) -> None:
    Site.objects.bulk_create(
        [*plan.new_sites, *plan.changed_sites],
        BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[*(name.removesuffix("_id") for name in OF_SITE), "origin", "made_up"],
    )
    points: Sequence[AccessPoint] = [*plan.new_access_points, *plan.changed_access_points]
    ids = dict(Site.objects.filter(code__in=set(plan.points.values())).values_list("code", "pk"))
    for point in points:
        point.site_id = ids[plan.points[point.mac]]
    AccessPoint.objects.bulk_create(
        points,
        BATCH,
        update_conflicts=True,
        unique_fields=["mac"],
        update_fields=["site", "secret", "secret_mark", *OF_ACCESS_POINT],
    )
