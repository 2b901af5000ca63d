"""`./kini wifi collect`: load FreeRADIUS's detail files into the database, as the worker does every minute.

Running it twice at the same time is harmless: the processes take turns.
"""

import argparse
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from django.db import Error, connection

from kini.core.actors import system
from kini.wifi import actions
from kini.wifi.accounting import spool
from kini.wifi.accounting.actions import CollectResult

#: Seconds between two polls with --follow, also after a database error.
PAUSE = 1.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, default=spool.spool_folder(), help="folder of the detail files")
    parser.add_argument("--follow", action="store_true", help="go on as packets come, until Ctrl-C")


def run(options: argparse.Namespace) -> int:
    packets = rejected = 0
    for found in _followed(options.folder) if options.follow else _waiting(options.folder):
        packets, rejected = packets + found.packets, rejected + found.rejected
    print(f"{packets} packets brought in, {rejected} records set aside.")
    return 1 if rejected else 0


def _waiting(folder: Path) -> Iterator[CollectResult]:
    while (found := actions.collect_packets(by=system("wifi collect"), folder=folder)).read:
        yield found


def _followed(folder: Path) -> Iterator[CollectResult]:
    """Load records as they arrive, until SIGINT or SIGTERM.

    They wait in their files while the database is unreachable or not migrated to this version.
    """
    over, told = Event(), ""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: over.set())
    while not over.is_set():
        try:
            found = actions.collect_packets(by=system("wifi collect"), folder=folder)
        except Error as fault:
            connection.close()
            if told != type(fault).__name__:
                told = type(fault).__name__
                print(f"The database does not take it ({told}); what comes waits in its files.", file=sys.stderr)
            over.wait(PAUSE)
            continue
        told = ""
        yield found
        if not found.read:
            over.wait(PAUSE)
