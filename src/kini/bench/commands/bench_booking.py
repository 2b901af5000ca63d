"""`./kini bench booking`: bookings a second, over many venues and for one contended slot, with two baselines."""

import argparse
from contextlib import ExitStack

from kini.bench.commands import bench_runner
from kini.bench.commands.bench_runner import Benchmark
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=10_000, help="number of people who book (10000)")
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    def prepare(_scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        booking = Verb("kini.bench.booking", "", Needs.CITY).load(stack)
        with command_line.step(f"{options.people} people"):
            workloads = booking.workloads(options.people)
        return Benchmark(
            workloads, booking.CONNECTIONS, booking.find_inconsistencies, "Nothing oversold, nothing lost."
        )

    return bench_runner.run(options, prepare)
