"""Store heartbeats, health checks, outages, and the availability of months."""

from dataclasses import dataclass
from datetime import date

from kini.core import audit, events, moments
from kini.core.actions import action
from kini.core.actors import Actor
from kini.wifi.events import OutagesBegan
from kini.wifi.health import checking
from kini.wifi.models import AccessPoint, Availability, Health, Outage
from kini.wifi.taking import in_turn, only_program

SUBJECT = "wifi:health"
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Checked:
    """Numbers of checked access points, and of outages that began and ended."""

    points: int
    begun: int
    ended: int


@action
def hear_beat(*, by: Actor, point: AccessPoint) -> None:
    """Store a heartbeat of an access point or its monitoring.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    only_program(by)
    now = moments.now()
    values = {"beat_at": now}
    Health.objects.update_or_create(
        access_point=point, defaults=values, create_defaults=values | {"state": "unknown", "since": now}
    )


@action
def check_health(*, by: Actor) -> Checked:
    """Check every access point, store outages that began or ended, and notify the providers' officers.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    only_program(by)
    in_turn(SUBJECT)
    found = checking.look(moments.now())
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
        events.announce(OutagesBegan(outages=[each.pk for each in begun]))
    return Checked(len(found.states), len(begun), len(found.ended))


@action
def count_availability(*, by: Actor, month: date) -> int:
    """Recompute a month's availability from its outages; return the number of rows.

    Args:
        month: its first day.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    only_program(by)
    in_turn(SUBJECT)
    rows = checking.availability(month, moments.now())
    Availability.objects.filter(month=month).delete()
    Availability.objects.bulk_create(rows, BATCH)
    audit.record(by=by, action="wifi.availability-counted", subject=SUBJECT, detail={"month": f"{month:%Y-%m}"})
    return len(rows)
