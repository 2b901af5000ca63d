"""`./kini bench reports`: filing, the search of near ones, list, map and queues of a city with many reports."""

import argparse
from contextlib import ExitStack

from kini.bench.commands import bench_runner
from kini.bench.commands.bench_runner import Benchmark
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reports", type=int, default=1_000_000, help="number of public reports (1000000)")
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    def prepare(_scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        reports = Verb("kini.bench.reports", "", Needs.CITY).load(stack)
        with command_line.step(f"{options.reports} reports"):
            workloads = reports.workloads(options.reports)
        return Benchmark(workloads, reports.CONNECTIONS)

    return bench_runner.run(options, prepare)
