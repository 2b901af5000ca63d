"""`./kini bench services`: requests a second of a large city, with two baselines."""

import argparse
from contextlib import ExitStack

from kini.bench.commands import bench_runner
from kini.bench.commands.bench_runner import Benchmark
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=50_000, help="number of cases (50000)")
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    def prepare(_scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        filling = Verb("kini.bench.seed", "", Needs.CITY).load(stack)
        services = Verb("kini.bench.services", "", Needs.CITY).load(stack)
        with command_line.step(f"{options.cases} cases"):
            filling.seed_cases(options.cases)
        return Benchmark(services.workloads(options.cases))

    return bench_runner.run(options, prepare)
