"""`./kini noticeboard count`: count this month's notices, and print the number of all that were counted."""

import argparse

from kini.web.formats import today
from tests.plugin_noticeboard import datasets


def arguments(parser: argparse.ArgumentParser) -> None:
    """No words of its own."""


def run(options: argparse.Namespace) -> int:
    datasets.count_month(today())
    print(f"{datasets.total()} notices were posted.")
    return 0
