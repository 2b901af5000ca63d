"""`./kini check vaccination`: compare bookings, quotas and the ledger of vaccines, and name every difference."""

import argparse

from kini.vaccination.sites import verification


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    """Print differences and the number of places; returns 1 for any difference."""
    differences = 0
    for difference in verification.differences():
        print(difference)
        differences += 1
    sessions, quotas, places, taken = verification.places()
    print(f"{sessions} sessions, {quotas} quotas, {places} places, {taken} taken; {differences} differences.")
    return 1 if differences else 0
