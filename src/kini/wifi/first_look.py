"""The Wi-Fi of a first look: access points that are heard, are full, or went down, and a month of use.

The worker writes it while the city answers already, and keeps the made-up access points heard.
"""

from datetime import timedelta
from random import Random

from django.conf import settings

from kini.core import audit, current_time, preparation
from kini.core.actions import action
from kini.core.actors import Actor, system
from kini.core.jobs import enqueue, job, periodic
from kini.web.formats import city_time
from kini.wifi import actions, config
from kini.wifi.guards import require_system
from kini.wifi.health.models import Health, Outage
from kini.wifi.inventory import sample_data
from kini.wifi.models import AccessPoint, ClosedDay
from kini.wifi.simulate import sample_month
from kini.wifi.usage import month_counts, storage

BY = system("demo wifi")
#: Of a hundred access points: down for good, and down now and then.
DOWN, SHAKY = 4, 8
PEOPLE, DAYS, SEED = 60_000, 30, 119
FOLDER = "wifi-made-up"


@action
def beat(*, by: Actor) -> int:
    """Record a heartbeat of the made-up access points that work; returns their number.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    now = current_time.now()
    points = AccessPoint.objects.filter(site__made_up=True, active=True).order_by("pk").values_list("pk", flat=True)
    beating = [point for place, point in enumerate(points) if place % 100 >= DOWN and not _is_off(place, now.hour)]
    rows = [Health(access_point_id=point, beat_at=now, state="unknown", since=now) for point in beating]
    Health.objects.bulk_create(rows, update_conflicts=True, unique_fields=["access_point"], update_fields=["beat_at"])
    audit.record(by=by, action="wifi.demo-heartbeats", subject="wifi:health", detail={"points": len(beating)})
    return len(beating)


def _is_off(place: int, hour: int) -> bool:
    """True in about two hours of a day for an access point with a weak supply of power."""
    shaky = DOWN <= place % 100 < DOWN + SHAKY
    return shaky and Random(f"{place} {hour // 2}").random() < 0.1  # noqa: S311 -- made-up data


def fill() -> None:
    """Write outages of the last weeks and a month of use, and count them."""
    begin_outages(by=BY)
    beat(by=BY)
    actions.check_health(by=BY)
    this = city_time(current_time.now()).date().replace(day=1)
    for month in ((this - timedelta(days=1)).replace(day=1), this):
        actions.update_availability(by=BY, month=month)
    if not ClosedDay.objects.exists():
        _use_of_a_month()


@action
def begin_outages(*, by: Actor) -> int:
    """Store when made-up access points were first and last heard, and outages that ended; returns how many.

    Raises:
        NotAllowed: if the actor is not the system.
    """
    require_system(by)
    now, rng = current_time.now(), Random(SEED)  # noqa: S311 -- made-up data
    points = list(AccessPoint.objects.filter(site__made_up=True, active=True).order_by("pk"))
    heard, outages = [], []
    for place, point in enumerate(points):
        gone = now - timedelta(days=rng.uniform(0.1, 9)) if place % 100 < DOWN else now
        times = {"first_heard_at": now - timedelta(days=60), "heard_at": gone, "beat_at": gone}
        heard.append(Health(access_point=point, state="up", since=now - timedelta(days=40), **times))
        if DOWN <= place % 100 < DOWN + SHAKY:
            for _outage in range(rng.randrange(1, 5)):
                began = now - timedelta(days=rng.uniform(2, 45))
                ended = began + timedelta(hours=rng.uniform(0.6, 14))
                found = began + timedelta(minutes=35)
                outages.append(
                    Outage(access_point=point, began_at=began, found_at=found, ended_at=ended, cause="power")
                )
    fields = ["state", "since", "first_heard_at", "heard_at", "beat_at"]
    Health.objects.bulk_create(heard, update_conflicts=True, unique_fields=["access_point"], update_fields=fields)
    Outage.objects.bulk_create(outages)
    audit.record(by=by, action="wifi.outages-noted", subject="wifi:health", detail={"begun": len(outages)})
    return len(outages)


def _use_of_a_month() -> None:
    network = config.network()
    if network is None:
        return
    folder = settings.VAR_PATH / FOLDER
    points = [row.value for row in sample_data.sample_points(network, AccessPoint.objects.count()).rows]
    world = sample_month.build_world(network, points, SEED)
    yesterday = city_time(current_time.now()).date() - timedelta(days=1)
    days = sample_month.days_from(yesterday - timedelta(days=DAYS - 1), DAYS)
    for day in days:
        sample_month.simulate_day(folder, world, day, PEOPLE, SEED, sketches=True)
    months = storage.months_of(days)
    for month in months:
        month_counts.refresh_counts(folder, month)
    actions.count_usage(by=BY, days=days, months=months, root=folder)


def _was_heard() -> bool:
    return Health.objects.exclude(first_heard_at=None).exists()


@job("wifi.first_look", queue="upkeep")
def write_first_look() -> None:
    """Write the made-up states and use of a new demo."""
    if settings.ENV.demo_cases and not _was_heard():
        fill()


@periodic("*/5 * * * *", name="wifi.demo_heartbeats")
def keep_heard() -> None:
    """Keep the access points of a demo heard."""
    if settings.ENV.demo_cases and _was_heard():
        beat(by=BY)


def first_look(by: Actor) -> None:
    """Have the worker write states and use for a demo with cases, once."""
    if settings.ENV.demo_cases and config.network() and AccessPoint.objects.exists() and not _was_heard():
        enqueue("wifi.first_look")


def register() -> None:
    """Register the step of `./kini prepare`, after the one that creates the points."""
    preparation.demo_steps.register("wifi use", first_look)
