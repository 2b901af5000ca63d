"""`./kini bench epidemic`: every indicator and all alerts from ten million case rows, and the public pages."""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from kini.bench.commands import bench_runner
from kini.bench.commands.bench_runner import Benchmark
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.robot.scratch import ScratchCity


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=10_000_000, help="number of case rows (10000000)")
    bench_runner.arguments(parser)


def run(options: argparse.Namespace) -> int:
    def prepare(_scratch: ScratchCity, stack: ExitStack) -> Benchmark:
        epidemic = Verb("kini.bench.epidemic", "", Needs.CITY).load(stack)
        areas = Verb("kini.epidemic.public", "", Needs.CITY).load(stack).smallest_areas()
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kini-case-rows-")))
        with command_line.step(f"{options.cases} made-up case rows of {len(areas)} areas"):
            epidemic.write_rows(root, options.cases, areas.codes)
        with command_line.step("Published wave"):
            epidemic.publish_wave()
        return Benchmark([*epidemic.workloads(root, options.cases), *epidemic.page_workloads(areas.codes)])

    return bench_runner.run(options, prepare)
