"""`./kini bench booking`: bookings a second, over many venues and all fighting for one slot, beside two yardsticks."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from kini.bench import city, generator, running
from kini.cli import console
from kini.cli.verbs import Needs, Verb


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=10_000, help="how many people book (10000)")
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
    """Make the city, measure, look whether a place was sold twice, and say whether everything holds."""
    scratch = stack.enter_context(city.city(options.city))
    booking = Verb("kini.bench.booking", "", Needs.CITY).load(stack)
    with console.step(f"{options.people} people"):
        works = booking.works(options.people)
    with console.step("Web server and yardsticks"):
        servers = city.serve(scratch, stack)
    print(f"{booking.CONNECTIONS} connections; database: {servers.durable}\n", flush=True)
    rows = running.run(works, servers.addresses, servers.watch, options.seconds, options.rounds, booking.CONNECTIONS)
    if options.json:
        running.write(options.json, rows)
    wrong = booking.look()
    short = [row.work.name for row in rows if not row.holds]
    print("\n" + "\n".join(wrong or ["Nothing oversold, nothing lost."]))
    print(f"Falls short: {', '.join(short)}" if short else "Everything holds.", flush=True)
    return 1 if short or wrong else 0
