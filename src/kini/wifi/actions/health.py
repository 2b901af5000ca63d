"""What is known of access points: heartbeats, checks, outages, months' availability."""

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
    """How many access points were looked at, and how many outages began and ended."""

    points: int
    begun: int
    ended: int


@action
def hear_beat(*, by: Actor, point: AccessPoint) -> None:
    """Note that an access point, or who watches it, says that it works.

    Raises:
        NotAllowed: for anybody but the program.
    """
    only_program(by)
    now = moments.now()
    values = {"beat_at": now}
    Health.objects.update_or_create(
        access_point=point, defaults=values, create_defaults=values | {"state": "unknown", "since": now}
    )


@action
def check_health(*, by: Actor) -> Checked:
    """Look at what every access point says, and note outages that begin or have ended; the providers' officers hear.

    Raises:
        NotAllowed: for anybody but the program.
    """
    only_program(by)
    in_turn(SUBJECT)
    found = checking.look(moments.now())
    # A heartbeat that comes meanwhile stays: only what the check found is written.
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
    """Count a month's availability anew from its outages; how many lines it has.

    Args:
        month: its first day.

    Raises:
        NotAllowed: for anybody but the program.
    """
    only_program(by)
    in_turn(SUBJECT)
    rows = checking.availability(month, moments.now())
    Availability.objects.filter(month=month).delete()
    Availability.objects.bulk_create(rows, BATCH)
    audit.record(by=by, action="wifi.availability-counted", subject=SUBJECT, detail={"month": f"{month:%Y-%m}"})
    return len(rows)
