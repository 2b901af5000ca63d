"""`./kini check services`: let the robot play every service against a scratch city with its own server."""

import argparse
import os
from contextlib import ExitStack
from pathlib import Path

from kini.core.command_line import Needs, Verb
from kini.robot.scratch import scratch_city


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")
    parser.add_argument("--plugins", default="", help="plug-ins with further kinds of service, comma-separated")
    parser.add_argument("--only", nargs="*", default=[], metavar="ID", help="only these services")


def run(options: argparse.Namespace) -> int:
    with ExitStack() as stack:
        city = stack.enter_context(scratch_city(options.city, options.plugins))
        address = city.serve()
        os.environ.update(city.env)
        robot = Verb("kini.robot.play", "", Needs.CITY).load(stack)
        return 0 if robot.play(address, options.only) else 1
