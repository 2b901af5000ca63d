"""`./kini shots`: pictures of the main pages of a scratch city, to look at and for the README."""

import argparse
import importlib.util
import os
from contextlib import ExitStack
from pathlib import Path

from kini.cli import console
from kini.cli.verbs import Needs, Verb
from kini.robot.scratch import scratch_city


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("pictures"), help="folder for the pictures (pictures)")
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")
    parser.add_argument("--service", default="", metavar="ID", help="the service that is applied for")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="take these pages alone")
    parser.add_argument("--width", type=int, nargs="*", choices=(360, 768, 1280), help="in windows as wide as this")
    parser.add_argument("--theme", nargs="*", choices=("light", "dark"), help="in these themes")
    parser.add_argument("--language", default="", metavar="CODE", help="in this language of the city")
    parser.add_argument("--first-screen", action="store_true", help="without what one must scroll to")


def run(options: argparse.Namespace) -> int:
    if importlib.util.find_spec("playwright") is None:
        raise console.Fault("pictures need the packages of development; run ./kini test once, which installs them.")
    with ExitStack() as stack:
        city = stack.enter_context(scratch_city(options.city, demo="1"))
        address = city.serve()
        os.environ.update(city.env)
        pictures = Verb("kini.robot.pictures", "", Needs.CITY).load(stack)
        wish = pictures.Wish(
            only=frozenset(options.only),
            widths=tuple(options.width or pictures.WINDOWS),
            themes=tuple(options.theme or pictures.THEMES),
            first_screen=options.first_screen,
            language=options.language,
        )
        if pictures.chromium() is None:
            raise console.Fault("Chromium is not installed; install the package chromium, or set KINI_CHROMIUM.")
        print(f"{pictures.take(address, options.out, options.service, wish)} pictures in {options.out}")
    return 0
