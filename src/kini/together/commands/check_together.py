"""`./kini check together`: replay pledges and deliveries from zero, and name every difference to lines and ledger."""

import argparse

from kini.together import verification


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    """Print differences and numbers; returns 1 for any difference."""
    count = 0
    for difference in verification.differences():
        print(difference)
        count += 1
    needs, pledges, deliveries = verification.size()
    print(f"{needs} needs, {pledges} pledges, {deliveries} received deliveries; {count} differences.")
    return 1 if count else 0
