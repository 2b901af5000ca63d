"""`./kini bench services`: requests a second of a large city, with two baselines."""

import argparse
from contextlib import ExitStack

from kini.cli import benching, console
from kini.cli.benching import Benchmark
from kini.cli.verbs import Needs, Verb
from kini.robot.scratch import Scratch


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=50_000, help="how many cases the city has (50000)")
    benching.arguments(parser)


def run(options: argparse.Namespace) -> int:
    def prepare(_scratch: Scratch, stack: ExitStack) -> Benchmark:
        filling = Verb("kini.bench.filling", "", Needs.CITY).load(stack)
        services = Verb("kini.bench.services", "", Needs.CITY).load(stack)
        with console.step(f"{options.cases} cases"):
            filling.fill(options.cases)
        return Benchmark(services.works(options.cases))

    return benching.run(options, prepare)
