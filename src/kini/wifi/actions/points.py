"""Every write about the network: lists of points, made-up points, keys."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils.translation import gettext as _

from kini.cases import answers
from kini.cases.actions import join
from kini.cases.models import Case
from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused
from kini.core.crypto import keyed_hash, needs_rotation, seal, unseal
from kini.core.faults import Fault
from kini.core.references import ALPHABET
from kini.wifi import collecting, declared, laying, rules
from kini.wifi.admission import DEVICE, bring_rows, voucher_mark, written
from kini.wifi.models import AccessPoint, DetailMark, Device, FaultReport, Group, Site, SiteKind, Voucher
from kini.wifi.planning import OF_ACCESS_POINT, OF_SITE, Plan, plan_for, secret_context
from kini.wifi.reading import Listed
from kini.wifi.schema import WifiFile

#: Every change of sites is audited under this subject, so the newest entry names their state.
SUBJECT = "wifi:sites"
BATCH = 1_000
#: Made-up points of a first look.
SAMPLES = 400
MOST_VOUCHERS, MOST_DAYS = 5_000, 730
#: Letters of a voucher's code; 50 bits that nobody guesses.
CODE_LENGTH = 10


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


@dataclass(frozen=True, slots=True)
class Collected:
    """How many packets were brought in, and how many records were set aside."""

    packets: int
    rejected: int

    @property
    def read(self) -> bool:
        """Whether there was anything to read."""
        return bool(self.packets or self.rejected)


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
def load_policies(*, by: Actor) -> int:
    """Bring what wifi.yaml says about groups and about the hours of kinds to where RADIUS decisions see it.

    A group that vanished from it lets nobody in any more.

    Returns:
        How many rows changed.

    Raises:
        NotAllowed: for anybody but a command of the program.
    """
    _only_commands(by)
    network = declared.network()
    groups = [
        Group(
            id=name,
            session_seconds=each.session_minutes and each.session_minutes * 60,
            idle_seconds=each.idle_minutes and each.idle_minutes * 60,
            down_bps=each.down_kbps and each.down_kbps * 1000,
            up_bps=each.up_kbps and each.up_kbps * 1000,
            daily_seconds=each.daily_minutes and each.daily_minutes * 60,
            daily_octets=each.daily_megabytes and each.daily_megabytes * 1_000_000,
        )
        for name, each in (network.groups if network else {}).items()
    ]
    kinds = [SiteKind(id=name, hours=written(each.hours)) for name, each in (network.kinds if network else {}).items()]
    changed = bring_rows(SiteKind, kinds) + bring_rows(Group, groups)
    gone = Group.objects.exclude(pk__in=[group.pk for group in groups]).filter(active=True).update(active=False)
    if changed + gone:
        audit.record(by=by, action="wifi.policies-loaded", subject="wifi:policies", detail={"changed": changed + gone})
    return changed + gone


@action
def make_vouchers(*, by: Actor, group: str, count: int, days: int, label: str) -> list[str]:
    """Make vouchers that let somebody in from now on for some days.

    Returns:
        Their codes, which are known nowhere else from then on.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when there is no such group, or there would be too many.
    """
    _only_commands(by)
    found = _group(group)
    if not (1 <= count <= MOST_VOUCHERS and 1 <= days <= MOST_DAYS):
        raise Refused(
            _("Make 1 to %(most)d vouchers, for 1 to %(days)d days.") % {"most": MOST_VOUCHERS, "days": MOST_DAYS}
        )
    now = moments.now()
    codes = ["".join(secrets.choice(ALPHABET) for _n in range(CODE_LENGTH)) for _n in range(count)]
    Voucher.objects.bulk_create(
        [
            Voucher(
                mark=voucher_mark(code), group=found, label=label, starts_at=now, ends_at=now + timedelta(days=days)
            )
            for code in codes
        ],
        BATCH,
    )
    detail = {"group": group, "count": count, "days": days, "label": label}
    audit.record(by=by, action="wifi.vouchers-made", subject=f"wifi-vouchers:{label[:80]}", detail=detail)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


@action
def withdraw_vouchers(*, by: Actor, label: str) -> int:
    """Take back the vouchers of a label that still hold; how many that were.

    Raises:
        NotAllowed: for anybody but a command of the program.
    """
    _only_commands(by)
    now = moments.now()
    count = Voucher.objects.filter(label=label, withdrawn_at=None, ends_at__gt=now).update(withdrawn_at=now)
    audit.record(
        by=by, action="wifi.vouchers-withdrawn", subject=f"wifi-vouchers:{label[:80]}", detail={"count": count}
    )
    return count


@action
def know_device(*, by: Actor, mac: str, group: str, days: int) -> Device:
    """Let a device in without signing in, for some days from now; one that was blocked stays so.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when it is no MAC address, or there is no such group.
    """
    _only_commands(by)
    if not 1 <= days <= MOST_DAYS:
        raise Refused(_("Give 1 to %(days)d days.") % {"days": MOST_DAYS})
    mark, found = _mark(mac), _group(group)
    values = {"group": found, "expires_at": moments.now() + timedelta(days=days)}
    device, _new = Device.objects.update_or_create(mark=mark, defaults=values)
    audit.record(by=by, action="wifi.device-known", subject=_of_device(mark), detail={"group": group, "days": days})
    return device


@action
def block_device(*, by: Actor, mac: str, blocked: bool) -> None:
    """Keep a device out, whatever it shows, or let it be again; it need not be known before.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when it is no MAC address, or the city has no groups.
    """
    _only_commands(by)
    mark, now = _mark(mac), moments.now()
    if blocked and not Device.objects.filter(mark=mark).update(blocked_at=now):
        group = Group.objects.order_by("pk").first()
        if group is None:
            raise Refused(_("The pack names no groups (wifi.yaml)."))
        Device.objects.create(mark=mark, group=group, expires_at=now, blocked_at=now)
    if not blocked:
        Device.objects.filter(mark=mark).update(blocked_at=None)
    audit.record(by=by, action="wifi.device-blocked" if blocked else "wifi.device-released", subject=_of_device(mark))


@action
def forget_device(*, by: Actor, mac: str) -> bool:
    """Forget a device, so that it signs in again; whether it was known. A blocked one stays blocked.

    Raises:
        NotAllowed: for anybody but a command of the program.
        Refused: when it is no MAC address.
    """
    _only_commands(by)
    mark = _mark(mac)
    known = bool(Device.objects.filter(mark=mark, blocked_at=None).delete()[0])
    audit.record(by=by, action="wifi.device-forgotten", subject=_of_device(mark), detail={"known": known})
    return known


@action
def collect(*, by: Actor, folder: Path) -> Collected:
    """Bring what FreeRADIUS wrote into its detail files into the tables: one chunk of the oldest file.

    Packets and the place up to which they were read are stored together, so that each counts once, whoever falls when.
    Records that are no packets go to the file `rejected` and are counted. A file that is read to its end, and that a
    newer one follows, is removed.

    Raises:
        NotAllowed: for anybody but the program.
    """
    _only_commands(by)
    _lock()
    files = collecting.waiting(folder)
    for number, path in enumerate(files):
        mark, _new = DetailMark.objects.select_for_update().get_or_create(file=str(path.resolve()))
        found = collecting.read_chunk(path, mark.offset, moments.now())
        if found.end > mark.offset:
            collecting.merge(found.packets)
            mark.offset, mark.packets = found.end, mark.packets + len(found.packets)
            mark.rejected += len(found.rejected)
            mark.save()
            if found.rejected:
                collecting.set_aside(folder, path.name, found)
                detail = {"file": path.name, "count": len(found.rejected)}
                audit.record(by=by, action="wifi.records-rejected", subject="wifi:accounting", detail=detail)
            return Collected(len(found.packets), len(found.rejected))
        if number + 1 < len(files) and collecting.grows_no_more(path, moments.now()):
            mark.delete()
            path.unlink()
    return Collected(0, 0)


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


def _group(name: str) -> Group:
    found = Group.objects.filter(pk=name, active=True).first()
    if found is None:
        known = ", ".join(Group.objects.filter(active=True).order_by("pk").values_list("pk", flat=True))
        raise Refused(_("There is no group “%(name)s”; there are: %(known)s") % {"name": name, "known": known or "-"})
    return found


def _mark(mac: str) -> bytes:
    try:
        return keyed_hash(rules.mac(mac), DEVICE)
    except ValueError as fault:
        raise Refused(str(fault)) from None


def _of_device(mark: bytes) -> str:
    """A device in the audit trail, which never holds its MAC."""
    return f"wifi-device:{mark.hex()[:16]}"


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
