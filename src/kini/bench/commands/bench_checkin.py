"""`./kini bench checkin`: entry passes, gates and packages of the check-in, with two baselines."""

import argparse
from contextlib import ExitStack

from kini.bench.commands import bench_runner
from kini.bench.commands.bench_runner import Benchmark
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=5_000, help="number of people who ask for passes (5000)")
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    def prepare(_scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        checkin = Verb("kini.bench.checkin", "", Needs.CITY).load(stack)
        with command_line.step(f"{options.people} people"):
            workloads = checkin.workloads(options.people)
        return Benchmark(
            workloads, checkin.CONNECTIONS, checkin.find_inconsistencies, "Every count is one that was sent."
        )

    return bench_runner.run(options, prepare)
