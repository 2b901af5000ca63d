"""Store heartbeats, health checks, outages, and the availability of months."""

from dataclasses import dataclass
from datetime import date

from kini.cases.actions import merge
from kini.cases.models import Case
from kini.cases.public import case_answers
from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi import config
from kini.wifi.events import OutagesBegan
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.health import monitor
from kini.wifi.health.models import Availability, FaultReport, Health, Outage
from kini.wifi.inventory.models import AccessPoint, Site

SUBJECT = "wifi:health"
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Numbers of checked access points, and of outages that began and ended."""

    points: int
    begun: int
    ended: int


@action
def record_heartbeat(*, by: Actor, point: AccessPoint) -> None:
    """Store a heartbeat of an access point or its monitoring.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    now = current_time.now()
    values = {"beat_at": now}
    Health.objects.update_or_create(
        access_point=point, defaults=values, create_defaults=values | {"state": "unknown", "since": now}
    )


@action
def check_health(*, by: Actor) -> CheckResult:
    """Check every access point, store outages that began or ended, and notify the providers' officers.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction(SUBJECT)
    check = monitor.check_access_points(current_time.now())
    # Leave `beat_at` alone: a heartbeat may arrive during the check.
    names = [each.name for each in Health._meta.concrete_fields if each.name not in ("access_point", "beat_at")]
    Health.objects.bulk_create(
        check.states, BATCH, update_conflicts=True, unique_fields=["access_point"], update_fields=names
    )
    begun = Outage.objects.bulk_create(check.begun, BATCH)
    Outage.objects.bulk_update(check.ended, ["ended_at", "cause"], BATCH)
    if begun or check.ended:
        detail = {"begun": len(begun), "ended": len(check.ended)}
        audit.record(by=by, action="wifi.outages-noted", subject=SUBJECT, detail=detail)
    if begun:
        events.publish(OutagesBegan(outages=[each.pk for each in begun]))
    return CheckResult(len(check.states), len(begun), len(check.ended))


@action
def update_availability(*, by: Actor, month: date) -> int:
    """Recompute a month's availability from its outages; return the number of rows.

    Args:
        month: its first day.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    lock_for_transaction(SUBJECT)
    rows = monitor.compute_availability(month, current_time.now())
    Availability.objects.filter(month=month).delete()
    Availability.objects.bulk_create(rows, BATCH)
    audit.record(by=by, action="wifi.availability-counted", subject=SUBJECT, detail={"month": f"{month:%Y-%m}"})
    return len(rows)


@action
def link_fault_report(*, by: Actor, case: Case) -> FaultReport | None:
    """Link a case to the site whose number it names, and merge it into the open report of that site if there is one.

    Idempotent. An unknown site number is left to the officers.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    network = config.network()
    code = str(case_answers.of_case(case).get(network.fault.site, "")) if network and network.fault else ""
    site = Site.objects.select_for_update().filter(code__iexact=code.strip()).first() if code else None
    if site is None:
        return None
    report, created = FaultReport.objects.get_or_create(case=case, defaults={"site": site})
    if not created:
        return report
    audit.record(by=by, action="wifi.fault-noted", subject=f"case:{case.reference}", detail={"site": site.code})
    others = FaultReport.objects.filter(site=site, case__closed_at__isnull=True, case__service=case.service_id)
    first = others.exclude(case=case).select_related("case").order_by("case__opened_at").first()
    if first and case.closed_at is None:
        merge(by=by, case=case, other=first.case)
    return report
