"""`./kini bench feeds`: time to load a whole timetable, and to answer the next departures of a stop."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from kini.bench.commands import bench_runner
from kini.bench.commands.bench_runner import Benchmark
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--timetable", type=Path, metavar="FILE", help="a GTFS file (default: a generated one of a large city)"
    )
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    if options.timetable and not options.timetable.is_file():
        raise command_line.CommandError(f"there is no file {options.timetable}.")

    def prepare(_scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        feeds = Verb("kini.bench.feeds", "", Needs.CITY).load(stack)
        with command_line.step("Timetable"):
            loaded = feeds.load(options.timetable)
        print(f"  {loaded}", flush=True)
        return Benchmark(
            feeds.workloads(), feeds.CONNECTIONS, loaded.shortfalls, "The timetable is loaded within its goal."
        )

    return bench_runner.run(options, prepare)
