"""`./kini check ledger`: compute every balance again from the postings, and name every difference."""

import argparse

from kini.ledger import verification


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    """Print differences and the size of the ledger; returns 1 for any difference."""
    differences = 0
    for difference in verification.differences():
        print(difference)
        differences += 1
    size = verification.ledger_size()
    print(f"{size.entries} entries, {size.postings} postings, {size.balances} balances; {differences} differences.")
    return 1 if differences else 0
