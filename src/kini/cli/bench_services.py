"""`./kini bench services`: how many requests a second a large city answers, beside two yardsticks."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from kini.bench import city, generator, running
from kini.cli import console
from kini.cli.verbs import Needs, Verb


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cases", type=int, default=50_000, help="how many cases the city has (50000)")
    parser.add_argument("--seconds", type=float, default=5, help="length of each measurement (5)")
    parser.add_argument("--rounds", type=int, default=running.ROUNDS, help="how often all is measured (3)")
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows as JSON")


def run(options: argparse.Namespace) -> int:
    try:
        generator.found()
        with ExitStack() as stack:
            return measured(options, stack)
    except generator.NotMeasured as fault:
        raise console.Fault(str(fault)) from None


def measured(options: argparse.Namespace, stack: ExitStack) -> int:
    """Make the city, measure, and say whether everything holds."""
    scratch = stack.enter_context(city.city(options.city))
    filling = Verb("kini.bench.filling", "", Needs.CITY).load(stack)
    services = Verb("kini.bench.services", "", Needs.CITY).load(stack)
    with console.step(f"{options.cases} cases"):
        filling.fill(options.cases)
    works = services.works(options.cases)
    with console.step("Web server and yardsticks"):
        servers = city.serve(scratch, stack)
    print(f"{generator.CONNECTIONS} connections; database: {servers.durable}\n", flush=True)
    rows = running.run(works, servers.addresses, servers.watch, options.seconds, options.rounds)
    if options.json:
        running.write(options.json, rows)
    short = [row.work.name for row in rows if not row.holds]
    print(f"\nFalls short: {', '.join(short)}" if short else "\nEverything holds.", flush=True)
    return 1 if short else 0
