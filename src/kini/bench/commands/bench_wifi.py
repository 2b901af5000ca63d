"""`./kini bench wifi`: a city's Wi-Fi with real RADIUS packets; baseline: stock FreeRADIUS on the same PostgreSQL."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from kini.bench.commands import bench_runner
from kini.bench.commands.bench_runner import Benchmark
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--devices", type=int, default=1_000_000, help="number of known devices (1000000)")
    parser.add_argument("--points", type=int, help="number of access points (as counted by the pack)")
    parser.add_argument(
        "--sustained", type=float, default=60, help="seconds of sustained load, and of the database outage (60)"
    )
    parser.add_argument(
        "--closed", type=Path, metavar="FOLDER", help="also query closed days of a month (./kini wifi simulate)"
    )
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    # Behind a proxy, so that the load comes from many addresses: requests of a single one are limited.
    def prepare(scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        wifi = Verb("kini.bench.wifi.suite", "", Needs.CITY).load(stack)
        with command_line.step(f"Network, {options.devices} devices, FreeRADIUS"):
            size = wifi.Size(options.points, options.devices, options.sustained)
            workloads = wifi.workloads(scratch, stack, size)
        closed = Verb("kini.bench.wifi.usage", "", Needs.CITY).load(stack)
        return Benchmark([*workloads, *(closed.workloads(options.closed) if options.closed else ())])

    return bench_runner.run(options, prepare, {"KINI_PROXIES": "1"})
