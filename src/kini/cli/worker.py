"""`./kini worker`: background and scheduled work until it is told to stop."""

import argparse

from kini.cli import console, setup


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at the same time (2)")


def run(options: argparse.Namespace) -> int:
    try:
        setup.django_ready()
    except console.Fault as fault:
        return console.fail(str(fault))
    from django.core.management import call_command  # noqa: PLC0415 -- only with Django set up

    call_command("procrastinate", "worker", concurrency=options.concurrency)
    return 0
