"""`./kini bench booking`: bookings a second, over many venues and for one contended slot, with two baselines."""

import argparse
from contextlib import ExitStack

from kini.cli import benching, console
from kini.cli.benching import Benchmark
from kini.cli.verbs import Needs, Verb
from kini.robot.scratch import Scratch


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=10_000, help="how many people book (10000)")
    benching.arguments(parser)


def run(options: argparse.Namespace) -> int:
    def prepare(_scratch: Scratch, stack: ExitStack) -> Benchmark:
        booking = Verb("kini.bench.booking", "", Needs.CITY).load(stack)
        with console.step(f"{options.people} people"):
            works = booking.works(options.people)
        return Benchmark(works, booking.CONNECTIONS, booking.look, "Nothing oversold, nothing lost.")

    return benching.run(options, prepare)
