"""`./kini wifi collect`: what FreeRADIUS wrote down, brought into the database; the worker does it every minute."""

import argparse
from pathlib import Path

from kini.core.actors import system
from kini.wifi import actions, collecting, queries


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, default=collecting.folder(), help="folder of the detail files")


def run(options: argparse.Namespace) -> int:
    packets = rejected = 0
    while (found := actions.collect(by=system("wifi collect"), folder=options.folder)).read:
        packets, rejected = packets + found.packets, rejected + found.rejected
    print(f"{packets} packets brought in, {rejected} records set aside; {queries.open_sessions()} sessions go on.")
    return 1 if rejected else 0
