"""`./kini wifi generate`: create made-up sites over the city, by the counts of the pack."""

import argparse

from kini.cli import console
from kini.core.actors import Refused, system
from kini.wifi import actions


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--count", type=int, help="so many in all, in the same proportions (as many as the pack counts)"
    )


def run(options: argparse.Namespace) -> int:
    if options.count is not None and options.count < 1:
        raise console.Fault("--count must be 1 or more.")
    try:
        found = actions.lay_made_up(by=system("wifi generate"), count=options.count)
    except Refused as reason:
        raise console.Fault(str(reason)) from None
    print(f"{found.new_sites} made-up sites laid, {found.changed_sites} changed, {found.same} as before.")
    return 0
