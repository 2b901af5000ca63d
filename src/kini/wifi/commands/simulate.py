"""`./kini wifi simulate`: generate a month of Wi-Fi use as closed days, and send its last day as RADIUS packets."""

import argparse
import time
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from kini.core import command_line, current_time
from kini.core.actors import ActionRefused, system
from kini.core.config_files import ConfigErrors
from kini.web.formats import city_time, today
from kini.wifi import actions
from kini.wifi.models import AccessPoint, ClosedDay
from kini.wifi.public import (
    Nas,
    World,
    anonymization,
    config,
    freeradius,
    month_counts,
    replay,
    sample_data,
    sample_month,
    secret_of,
    storage,
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=24_000_000, help="number of people (24000000)")
    parser.add_argument("--points", type=int, help="number of access points (as counted by the pack)")
    parser.add_argument("--days", type=int, default=30, help="number of days (30)")
    parser.add_argument(
        "--first", type=date.fromisoformat, metavar="DAY", help="first day (default: so that yesterday is the last)"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed of the random numbers (1)")
    parser.add_argument("--sketches", action="store_true", help="also write sketches of people and devices")
    parser.add_argument("--show", action="store_true", help="show the figures on the pages of a demo")
    parser.add_argument(
        "--radius-rate", type=float, metavar="N", help="send the last day to FreeRADIUS, N accounting packets a second"
    )
    parser.add_argument("--radius-port", type=int, default=1813, help="FreeRADIUS's port for accounting (1813)")
    parser.add_argument(
        "--folder", type=Path, default=settings.VAR_PATH / "wifi-made-up", help="output folder (in KINI_VAR)"
    )


def run(options: argparse.Namespace) -> int:
    if min(options.people, options.days, options.points or 1) < 1:
        raise command_line.CommandError("--people, --points and --days must be 1 or more.")
    if options.folder.resolve() == storage.storage_folder().resolve():
        raise command_line.CommandError(f"{options.folder} has the real days; give another folder.")
    if options.show and (settings.ENV.production or ClosedDay.objects.exists()):
        raise command_line.CommandError("--show is only for demos without real closed days.")
    network = config.network()
    try:
        points = (
            [numbered.value for numbered in sample_data.sample_points(network, options.points).rows] if network else []
        )
    except ConfigErrors as faults:
        raise command_line.CommandError("; ".join(map(str, faults.errors))) from None
    if network is None or not points:
        raise command_line.CommandError("the pack generates no access points: it needs wifi.yaml and wifi-points.csv.")
    where = sample_month.build_world(network, points, options.seed)
    yesterday = city_time(current_time.now()).date() - timedelta(days=1)
    days = sample_month.days_from(options.first or yesterday - timedelta(days=options.days - 1), options.days)
    if options.radius_rate is not None:
        _play(options, where, days[-1])
    sketches, started, count = options.sketches or options.show, time.monotonic(), 0
    for day in days:
        count += sample_month.simulate_day(options.folder, where, day, options.people, options.seed, sketches=sketches)
        print(f"\r  {day}: {count:,} sessions", end="", flush=True)
    size = sum(path.stat().st_size for path in storage.sessions_store(options.folder).paths(list(map(str, days)))) / 1e6
    print(f"\n{count:,} made-up sessions in {time.monotonic() - started:.0f} s, {size:,.0f} MB in {options.folder}.")
    months, started = storage.months_of(days), time.monotonic()
    for month in months:
        month_counts.refresh_counts(options.folder, month)
    print(f"Counted by day, area, kind, site and hour in {time.monotonic() - started:.0f} s.")
    if options.show:
        actions.count_usage(by=system("wifi simulate"), days=days, months=months, root=options.folder)
        print("Done: the city's pages show these figures, marked as generated.")
    return 0


def _play(options: argparse.Namespace, where: World, day: date) -> None:
    """Send a day's accounting packets to FreeRADIUS; done first, since it may not be running.

    Raises:
        command_line.CommandError: when that is not possible, with a remedy.
    """
    if settings.ENV.production or options.radius_rate <= 0:
        raise command_line.CommandError(
            "--radius-rate is only for demos, since its packets count as real use; N must be above 0."
        )
    if not timedelta(0) < today() - day < timedelta(days=anonymization.keep_days()):
        raise command_line.CommandError(
            f"{day} cannot be sent: the last day must be over and within retention (--first, --days)."
        )
    points = _points(where)
    folder = settings.VAR_PATH / "radius"
    if not (folder / "radiusd.conf").is_file():
        raise command_line.CommandError(f"there is no FreeRADIUS in {folder}; ./kini wifi radius --run starts it.")
    freeradius.write_clients(folder)
    columns = sample_month.simulate_sessions(where, day, options.people, options.seed)
    places = {point.site.code: number for number, point in enumerate(points)}
    events = replay.session_events(day, columns, places, f"{day:%y%m%d}-{options.seed}")
    clients = [_nas(point) for point in points]
    try:
        result = replay.replay_events(events, clients, options.radius_port, options.radius_rate)
    except replay.NoResponse:
        raise command_line.CommandError(
            f"FreeRADIUS does not answer on 127.0.0.1, port {options.radius_port}; ./kini wifi radius --run starts it "
            "(--radius-port: its port for accounting)."
        ) from None
    print(
        f"{day}: {result.answered:,} packets of {len(columns['begin']):,} sessions sent in {result.seconds:.0f} s "
        f"({result.answered / result.seconds:,.0f} a second), {result.again:,} of them repeated; {result.lost:,} lost."
    )


def _points(where: World) -> list[AccessPoint]:
    """Generated access points of the sites, each with a loopback address."""
    try:
        actions.assign_sample_addresses(by=system("wifi simulate"))
    except ActionRefused as reason:
        raise command_line.CommandError(str(reason)) from None
    access_points = AccessPoint.objects.filter(active=True, nas_address__startswith="127.").select_related("site")
    sites = set(where.sites.tolist())
    points = [point for point in access_points.order_by("mac") if point.site.code in sites]
    if len(points) < len(where.sites):
        raise command_line.CommandError(
            f"{len(where.sites) - len(points):,} of {len(where.sites):,} access points are missing; "
            "./kini wifi generate creates them (--count: as many as --points)."
        )
    return points


def _nas(point: AccessPoint) -> Nas:
    secret = secret_of(point)
    return Nas(str(point.nas_address), point.nas_identifier, point.mac, secret)
