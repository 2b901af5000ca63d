"""`./kini wifi generate`: create made-up sites over the city, by the counts of the pack."""

import argparse

from kini.cli import console
from kini.core.actors import ActionRefused, system
from kini.wifi import actions


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--count", type=int, help="so many in all, in the same proportions (as many as the pack counts)"
    )


def run(options: argparse.Namespace) -> int:
    if options.count is not None and options.count < 1:
        raise console.CommandError("--count must be 1 or more.")
    try:
        found = actions.create_sample_points(by=system("wifi generate"), count=options.count)
    except ActionRefused as reason:
        raise console.CommandError(str(reason)) from None
    print(f"{found.new_sites} made-up sites laid, {found.changed_sites} changed, {found.same} as before.")
    return 0
