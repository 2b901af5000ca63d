"""`./kini check pack [PATH]`: report every error of a city pack, with file, line, field and remedy."""

import argparse
from pathlib import Path

from django.conf import settings

from kini.city.pack_checks import check_pack, pack_error


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, nargs="?", default=settings.CITY_PATH, help="folder of the pack")


def run(options: argparse.Namespace) -> int:
    path = options.path.resolve()
    if errors := check_pack(path):
        raise pack_error(path, errors)
    print(f"The pack in {path} has no errors.")
    return 0
