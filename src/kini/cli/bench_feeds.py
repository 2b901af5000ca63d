"""`./kini bench feeds`: time to load a whole timetable, and to answer the next departures of a stop."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from kini.cli import bench_runner, console
from kini.cli.bench_runner import Benchmark
from kini.cli.verbs import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timetable", type=Path, metavar="FILE", help="a GTFS file (default: a generated one of a large city)"
    )
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    if options.timetable and not options.timetable.is_file():
        raise console.CommandError(f"there is no file {options.timetable}.")

    def prepare(_scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        feeds = Verb("kini.bench.feeds", "", Needs.CITY).load(stack)
        with console.step("Timetable"):
            loaded = feeds.load(options.timetable)
        print(f"  {loaded}", flush=True)
        return Benchmark(
            feeds.workloads(), feeds.CONNECTIONS, loaded.shortfalls, "The timetable is loaded within its goal."
        )

    return bench_runner.run(options, prepare)
