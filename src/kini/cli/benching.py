"""Shared by the verbs of ./kini bench: options, scratch city, results table and verdict."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from kini.bench import city, generator, running
from kini.bench.table import Work, chosen
from kini.cli import console
from kini.robot.scratch import Scratch


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Workloads of a filled city.

    Attributes:
        look: returns a sentence for each inconsistency of the city afterwards.
        sound: printed when there is none.
    """

    works: Sequence[Work]
    connections: int = generator.CONNECTIONS
    look: Callable[[], Sequence[str]] | None = None
    sound: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=5, help="length of each measurement (5)")
    parser.add_argument("--rounds", type=int, default=running.ROUNDS, help="how often all is measured (3)")
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")
    parser.add_argument("--only", default="", metavar="WORDS", help="only works whose names hold these words")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON")


def run(
    options: argparse.Namespace,
    prepare: Callable[[Scratch, ExitStack], Benchmark],
    env: Mapping[str, str] | None = None,
) -> int:
    """Start a city, measure, and print the results; returns 1 when a goal is missed.

    Args:
        prepare: fills the city; the environment is set by then.
        env: additional environment variables of the city.
    """
    try:
        generator.found()
        with ExitStack() as stack:
            scratch = stack.enter_context(city.city(options.city, env))
            made = prepare(scratch, stack)
            works = chosen(made.works, options.only)
            if not works:
                raise console.Fault(f"no work is called so; there are: {', '.join(each.name for each in made.works)}.")
            with console.step("Web server and yardsticks"):
                servers = city.serve(scratch, stack)
            print(f"{made.connections} connections; database: {servers.durable}\n", flush=True)
            rows = running.run(
                works, servers.addresses, servers.watch, options.seconds, options.rounds, made.connections
            )
            if options.json:
                running.write(options.json, rows)
            wrong = list(made.look()) if made.look else []
    except generator.NotMeasured as fault:
        raise console.Fault(str(fault)) from None
    if made.look:
        print("\n" + "\n".join(wrong or [made.sound]))
    short = [row.work.name for row in rows if not row.holds]
    print(f"\nFalls short: {', '.join(short)}" if short else "\nEverything holds.", flush=True)
    return 1 if short or wrong else 0
