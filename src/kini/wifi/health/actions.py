"""Store heartbeats, health checks, outages, and the availability of months."""

from dataclasses import dataclass
from datetime import date

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi.events import OutagesBegan
from kini.wifi.guards import lock_for_transaction, require_system
from kini.wifi.health import monitor
from kini.wifi.models import AccessPoint, Availability, Health, Outage

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
    found = monitor.check_access_points(current_time.now())
    # Leave `beat_at` alone: a heartbeat may arrive during the check.
    names = [each.name for each in Health._meta.concrete_fields if each.name not in ("access_point", "beat_at")]
    Health.objects.bulk_create(
        found.states, BATCH, update_conflicts=True, unique_fields=["access_point"], update_fields=names
    )
    begun = Outage.objects.bulk_create(found.begun, BATCH)
    Outage.objects.bulk_update(found.ended, ["ended_at", "cause"], BATCH)
    if begun or found.ended:
        detail = {"begun": len(begun), "ended": len(found.ended)}
        audit.record(by=by, action="wifi.outages-noted", subject=SUBJECT, detail=detail)
    if begun:
        events.publish(OutagesBegan(outages=[each.pk for each in begun]))
    return CheckResult(len(found.states), len(begun), len(found.ended))


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
