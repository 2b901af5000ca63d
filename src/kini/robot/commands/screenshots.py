"""`./kini shots`: screenshots of every type of page of a scratch city, for review; of the tour, for the README."""

import argparse
import importlib.util
import os
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

from kini.core import command_line, system_programs
from kini.core.command_line import Needs, Verb
from kini.robot.scratch import scratch_city


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("pictures"), help="folder for the pictures (pictures)")
    parser.add_argument("--city", type=Path, help="folder of a city pack (cities/jakarta)")
    parser.add_argument("--service", default="", metavar="ID", help="service to apply for")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these pages")
    parser.add_argument("--width", type=int, nargs="*", choices=(360, 768, 1280), help="window widths")
    parser.add_argument("--theme", nargs="*", choices=("light", "dark"), help="themes")
    parser.add_argument("--language", default="", metavar="CODE", help="language")
    parser.add_argument("--tour", metavar="ADDRESS", help="stops of the tour of a running demo, as WebP")
    parser.add_argument("--first-screen", action="store_true", help="without scrolling")


def run(options: argparse.Namespace) -> int:
    if importlib.util.find_spec("playwright") is None:
        raise command_line.CommandError(
            "screenshots need the development packages; run ./kini test once, which installs them."
        )
    with ExitStack() as stack:
        if options.tour:
            module = Verb("kini.robot.tour_pictures", "", Needs.DATABASE).load(stack)
            taken = module.take_tour_pictures(options.tour, options.out, options.language or "en")
            print(*(f"{path} {path.stat().st_size} bytes" for path in taken), sep="\n")
            return 0
        city = stack.enter_context(scratch_city(options.city, demo="small"))
        address = city.serve()
        os.environ.update(city.env)
        pictures = Verb("kini.robot.screenshots", "", Needs.CITY).load(stack)
        if system_programs.find_chromium() is None:
            raise command_line.CommandError(
                "Chromium is not installed; install the package chromium, or set KINI_CHROMIUM."
            )
        result = pictures.take_screenshots(address, options.out, options.service, _selection(options, pictures))
        for name, reason in result.missing.items():
            print(f"no picture of {name}: {reason}")
        print(f"{result.count} pictures in {options.out}")
    return 0


def _selection(options: argparse.Namespace, pictures: ModuleType) -> Any:
    return pictures.ScreenshotOptions(
        only=frozenset(options.only),
        widths=tuple(options.width or pictures.WINDOWS),
        themes=tuple(options.theme or pictures.THEMES),
        first_screen=options.first_screen,
        language=options.language,
    )
