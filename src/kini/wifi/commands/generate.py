"""`./kini wifi generate`: create made-up sites over the city, by the counts of the pack."""

import argparse

from kini.core import command_line
from kini.core.actors import ActionRefused, system
from kini.wifi import actions


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=int, help="total number, in the pack's proportions (as counted by the pack)")


def run(options: argparse.Namespace) -> int:
    if options.count is not None and options.count < 1:
        raise command_line.CommandError("--count must be 1 or more.")
    try:
        outcome = actions.create_sample_points(by=system("wifi generate"), count=options.count)
    except ActionRefused as reason:
        raise command_line.CommandError(str(reason)) from None
    print(f"{outcome.new_sites} sites generated, {outcome.changed_sites} changed, {outcome.same} as before.")
    return 0
