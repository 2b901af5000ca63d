"""`./kini check attack`: slow connections, hostile requests, expensive uploads and races against a scratch city."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from kini.bench import production_city
from kini.core import command_line
from kini.core.command_line import Needs, Verb
from kini.core.web_server import web_command
from kini.robot.scratch import free_port


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--connections", type=int, default=500, help="number of slow connections (500)")
    parser.add_argument("--uploads", type=int, default=8, help="concurrent uploads of each file (8)")
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")


def run(options: argparse.Namespace) -> int:
    if not (1 <= options.connections <= 2000 and 1 <= options.uploads <= 64):
        raise command_line.CommandError("--connections must be 1 to 2000, --uploads 1 to 64.")
    with ExitStack() as stack:
        return checked(options, stack)


def checked(options: argparse.Namespace, stack: ExitStack) -> int:
    """Start a city as in production, attack it from loopback addresses, and print the findings."""
    scratch = stack.enter_context(production_city.production_city(options.city))
    log = scratch.var / "web.log"
    with command_line.step("Web server"):
        file = stack.enter_context(log.open("wb"))
        port = free_port()
        address = scratch.start("web", web_command("127.0.0.1", port), port, file)
    attack = Verb("kini.bench.attack.run", "", Needs.CITY).load(stack)
    findings: list[str] = attack.run(address, log, attack.Size(options.connections, options.uploads))
    for finding in findings:
        print(f"FOUND: {finding}")
    print(f"{len(findings)} findings." if findings else "No findings.", flush=True)
    return 1 if findings else 0
