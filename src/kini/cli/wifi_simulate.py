"""`./kini wifi simulate`: a made-up month of Wi-Fi use, in the form of closed days."""

import argparse
import time
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from kini.cli import console
from kini.core import moments
from kini.core.actors import system
from kini.core.faults import PackFaults
from kini.web.formats import local
from kini.wifi import actions, declared, laying
from kini.wifi.models import ClosedDay
from kini.wifi.served import layout, simulating


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=24_000_000, help="how many people there are (24000000)")
    parser.add_argument("--points", type=int, help="how many access points (as many as the pack counts)")
    parser.add_argument("--days", type=int, default=30, help="how many days (30)")
    parser.add_argument("--first", type=date.fromisoformat, metavar="DAY", help="first day (so that yesterday is last)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another city (1)")
    parser.add_argument("--sketches", action="store_true", help="bring people and devices to sketches as well")
    parser.add_argument("--show", action="store_true", help="let the pages of a first look show the figures")
    parser.add_argument("--folder", type=Path, default=settings.VAR_PATH / "wifi-made-up", help="where (in KINI_VAR)")


def run(options: argparse.Namespace) -> int:
    if min(options.people, options.days, options.points or 1) < 1:
        raise console.Fault("--people, --points and --days must be 1 or more.")
    if options.folder.resolve() == layout.folder().resolve():
        raise console.Fault(f"{options.folder} is where real days are; name another folder.")
    if options.show and (settings.ENV.production or ClosedDay.objects.exists()):
        raise console.Fault("--show is for a first look in which no real day was closed.")
    network = declared.network()
    try:
        points = [numbered.row for numbered in laying.points(network, options.points).rows] if network else []
    except PackFaults as faults:
        raise console.Fault("; ".join(map(str, faults.faults))) from None
    if network is None or not points:
        raise console.Fault("the pack lays no points: it needs wifi.yaml and wifi-points.csv.")
    where = simulating.world(network, points, options.seed)
    yesterday = local(moments.now()).date() - timedelta(days=1)
    days = simulating.days(options.first or yesterday - timedelta(days=options.days - 1), options.days)
    for day in days:  # made before, perhaps from another seed
        layout.of_day(options.folder, day).unlink(missing_ok=True)
    sketches, started, count = options.sketches or options.show, time.monotonic(), 0
    for day in days:
        count += simulating.day(options.folder, where, day, options.people, options.seed, sketches=sketches)
        print(f"\r  {day}: {count:,} sessions", end="", flush=True)
    size = sum(layout.of_day(options.folder, day).stat().st_size for day in days) / 1e6
    print(f"\n{count:,} made-up sessions in {time.monotonic() - started:.0f} s, {size:,.0f} MB in {options.folder}.")
    if options.show:
        months = layout.months(days)
        actions.count_use(by=system("wifi simulate"), days=days, months=months, root=options.folder)
        print("Counted: the city's pages show these figures, marked as made up.")
    return 0
