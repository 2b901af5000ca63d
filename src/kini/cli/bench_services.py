"""`./kini bench services`: requests a second of a large city, with two baselines."""

import argparse
from contextlib import ExitStack

from kini.cli import bench_runner, console
from kini.cli.bench_runner import Benchmark
from kini.cli.verbs import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=50_000, help="number of cases (50000)")
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    def prepare(_scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        filling = Verb("kini.bench.seed", "", Needs.CITY).load(stack)
        services = Verb("kini.bench.services", "", Needs.CITY).load(stack)
        with console.step(f"{options.cases} cases"):
            filling.seed_cases(options.cases)
        return Benchmark(services.workloads(options.cases))

    return bench_runner.run(options, prepare)
