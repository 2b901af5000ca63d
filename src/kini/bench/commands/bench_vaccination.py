"""`./kini bench vaccination`: complete registrations a second; a rush on fewer places, with workers killed in it."""

import argparse
from contextlib import ExitStack

from kini.bench.commands import bench_runner
from kini.bench.commands.bench_runner import Benchmark
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=20_000, help="number of people who register (20000)")
    parser.add_argument(
        "--rush", type=int, default=10_000, help="number of people for nine tenths as many places (10000)"
    )
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    def prepare(_scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        vaccination = Verb("kini.bench.vaccination", "", Needs.CITY).load(stack)
        with command_line.step(f"{options.people} and {options.rush} people"):
            workloads, _city = vaccination.workloads(options.people, options.rush)
        return Benchmark(
            workloads,
            vaccination.CONNECTIONS,
            vaccination.find_inconsistencies,
            "Appointments, places and stock agree; nothing oversold, double or lost.",
        )

    return bench_runner.run(options, prepare)
