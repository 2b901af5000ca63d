"""Shared by the verbs of ./kini bench: options, scratch city, results table and verdict."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from kini.bench import load_generator, production_city, runner
from kini.bench.workloads import Workload, select_workloads
from kini.core import command_line
from kini.robot.scratch import ScratchCity


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Workloads of a filled city.

    Attributes:
        look: returns a sentence for each inconsistency of the city afterwards.
        sound: printed when there is none.
    """

    workloads: Sequence[Workload]
    connections: int = load_generator.CONNECTIONS
    find_inconsistencies: Callable[[], Sequence[str]] | None = None
    sound: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=5, help="seconds of each measurement (5)")
    parser.add_argument("--rounds", type=int, default=runner.ROUNDS, help="number of rounds (3)")
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")
    parser.add_argument("--only", default="", metavar="WORDS", help="only workloads whose names contain these words")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")


def run(
    options: argparse.Namespace,
    prepare: Callable[[ScratchCity, ExitStack], Benchmark],
    env: Mapping[str, str] | None = None,
) -> int:
    """Start a city, measure, and print the results; returns 1 when a goal is missed.

    Args:
        prepare: fills the city; the environment is set by then.
        env: additional environment variables of the city.
    """
    try:
        load_generator.find_wrk()
        with ExitStack() as stack:
            scratch = stack.enter_context(production_city.production_city(options.city, env))
            benchmark = prepare(scratch, stack)
            workloads = select_workloads(benchmark.workloads, options.only)
            if not workloads:
                raise command_line.CommandError(
                    f"no workload has such a name; there are: {', '.join(each.name for each in benchmark.workloads)}."
                )
            with command_line.step("Web server and yardsticks"):
                servers = production_city.start_servers(scratch, stack)
            print(f"{benchmark.connections} connections; database: {servers.durable}\n", flush=True)
            rows = runner.run_workloads(
                workloads, servers.addresses, servers.monitor, options.seconds, options.rounds, benchmark.connections
            )
            if options.json:
                runner.write_json(options.json, rows)
            wrong = list(benchmark.find_inconsistencies()) if benchmark.find_inconsistencies else []
    except load_generator.NotMeasured as fault:
        raise command_line.CommandError(str(fault)) from None
    if benchmark.find_inconsistencies:
        print("\n" + "\n".join(wrong or [benchmark.sound]))
    short = [row.work.name for row in rows if not row.holds]
    print(f"\nGoals missed: {', '.join(short)}" if short else "\nAll goals met.", flush=True)
    return 1 if short or wrong else 0
