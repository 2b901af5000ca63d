"""`./kini worker`: background and scheduled work until it is told to stop."""

import argparse
import os
import signal
import threading
import time

import psutil
from django.core.management import call_command

#: How often a worker looks how large it is, in seconds.
LOOK = 60


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--concurrency", type=int, default=2, help="jobs at the same time (2)")
    parser.add_argument(
        "--most-memory",
        type=int,
        metavar="MB",
        help="end well once it holds more memory of its own than that, for whoever starts it anew (up does)",
    )


def run(options: argparse.Namespace) -> int:
    if options.most_memory:
        threading.Thread(target=_end_when_grown, args=[options.most_memory * 1_000_000], daemon=True).start()
    call_command("procrastinate", "worker", concurrency=options.concurrency)
    return 0


def _end_when_grown(most: int) -> None:
    """Ask this process to finish its jobs and end, once it has more bytes of its own than that.

    Letters and maps leave holes behind that a process keeps, and a copy of `up` stands at once.
    """
    own = psutil.Process()
    while own.memory_full_info().uss <= most:
        time.sleep(LOOK)
    os.kill(own.pid, signal.SIGTERM)
