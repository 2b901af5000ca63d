"""`./kini check pack [PATH]`: report every error of a city pack, with file, line, field and remedy."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from kini.city.public import check_pack
from kini.cli import console
from kini.core.config_files import ConfigError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, nargs="?", default=settings.CITY_PATH, help="folder of the pack")


def run(options: argparse.Namespace) -> int:
    path = options.path.resolve()
    faults = check_pack(path)
    if faults:
        show(faults)
        raise console.CommandError(summary(path, faults))
    print(f"The pack in {path} has no errors.")
    return 0


def show(faults: Sequence[ConfigError]) -> None:
    for fault in sorted(faults):
        print(fault)


def summary(path: Path, faults: Sequence[ConfigError]) -> str:
    count = len(faults)
    return f"the pack in {path} has {count} error{'' if count == 1 else 's'}; see above."
