"""`./kini check together`: replay pledges, deliveries and money from zero, and name every difference."""

import argparse

from kini.together import verification
from kini.together.money import verification as money


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    """Print differences and numbers; returns 1 for any difference."""
    count = 0
    for difference in verification.differences():
        print(difference)
        count += 1
    needs, pledges, deliveries = verification.size()
    gifts, payouts, pools = money.size()
    print(f"{needs} needs, {pledges} pledges, {deliveries} received deliveries; ", end="")
    print(f"{gifts} gifts of money, {payouts} payouts, {pools} pools; {count} differences.")
    return 1 if count else 0
