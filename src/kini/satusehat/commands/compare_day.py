"""`./kini satusehat compare --day DAY`: every difference between both sides; `--repair` sends again what is missing."""

import argparse
from datetime import date

from kini.core import command_line
from kini.core.actors import system
from kini.exchange.public import PermanentFailure, TemporaryFailure
from kini.satusehat import actions, difference_labels
from kini.satusehat.comparison import compare
from kini.satusehat.satusehat_client import clients
from kini.web.formats import today


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--day", type=date.fromisoformat, metavar="DAY", help="day of the doses (today)")
    parser.add_argument("--repair", action="store_true", help="send again what is missing or differs")


def run(options: argparse.Namespace) -> int:
    configured = clients()
    if not configured:
        raise command_line.CommandError("no organization is configured: KINI_SATUSEHAT names no file.")
    differences = 0
    for client in configured:
        try:
            comparison = compare(client, options.day or today())
        except (TemporaryFailure, PermanentFailure) as failure:
            raise command_line.CommandError(f"{client.name}: {failure}.") from None
        print(f"{client.name}: {comparison.ours} here, {comparison.theirs} at SATUSEHAT, {comparison.equal} equal")
        for difference in comparison.differences:
            print(f"  {difference['reference']}  {difference_labels.difference_words(difference)}")
        differences += len(comparison.differences)
        if options.repair:
            count = actions.repair(by=system("satusehat compare"), comparison=comparison)
            print(f"  {count} are sent again by the worker")
    return 1 if differences else 0
