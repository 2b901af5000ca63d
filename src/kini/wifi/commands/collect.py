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
from kini.wifi.public import CollectResult, spool

#: Seconds between two polls with --follow, also after a database error.
PAUSE = 1.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, default=spool.spool_folder(), help="folder of the detail files")
    parser.add_argument("--follow", action="store_true", help="continue until Ctrl-C")


def run(options: argparse.Namespace) -> int:
    packets = rejected = 0
    for collected in _followed(options.folder) if options.follow else _waiting(options.folder):
        packets, rejected = packets + collected.packets, rejected + collected.rejected
    print(f"{packets} packets loaded, {rejected} records set aside.")
    return 1 if rejected else 0


def _waiting(folder: Path) -> Iterator[CollectResult]:
    while (collected := actions.collect_packets(by=system("wifi collect"), folder=folder)).read:
        yield collected


def _followed(folder: Path) -> Iterator[CollectResult]:
    """Load records as they arrive, until SIGINT or SIGTERM.

    They wait in their files while the database is unreachable or not migrated to this version.
    """
    stop, last_error = Event(), ""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    while not stop.is_set():
        try:
            collected = actions.collect_packets(by=system("wifi collect"), folder=folder)
        except Error as fault:
            connection.close()
            if last_error != type(fault).__name__:
                last_error = type(fault).__name__
                print(f"The database does not take it ({last_error}); what comes waits in its files.", file=sys.stderr)
            stop.wait(PAUSE)
            continue
        last_error = ""
        yield collected
        if not collected.read:
            stop.wait(PAUSE)
