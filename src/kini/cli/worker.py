"""`./kini worker`: background and scheduled work until it is told to stop."""

import argparse

from django.core.management import call_command


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at the same time (2)")


def run(options: argparse.Namespace) -> int:
    call_command("procrastinate", "worker", concurrency=options.concurrency)
    return 0
