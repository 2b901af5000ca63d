"""`./kini worker`: run background and scheduled jobs until stopped."""

import argparse
import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable
from typing import Any

import psutil
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app, connector_params

from kini.core import jobs
from kini.core.database.database_roles import exit_if_unrestricted

#: Seconds between two checks of the worker's memory.
MEMORY_CHECK_SECONDS = 60
#: Connections of the queues, without those of the jobs: idle ones cost memory in the database.
POOL: dict[str, Any] = {"min_size": 1, "max_size": 4, "max_idle": 60.0}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--concurrency", type=int, default=2, help="concurrent jobs (2), besides sign-in codes")
    parser.add_argument(
        "--most-memory",
        type=int,
        metavar="MB",
        help="exit once its own memory exceeds this, to be restarted (by up)",
    )


def run(options: argparse.Namespace) -> int:
    exit_if_unrestricted()
    if options.most_memory:
        threading.Thread(target=_end_when_grown, args=[options.most_memory * 1_000_000], daemon=True).start()
    with app.replace_connector(PsycopgConnector(kwargs=connector_params(), **POOL)) as connected:
        asyncio.run(_work(connected, options.concurrency))
    return 0


async def _work(connected: App, concurrency: int) -> None:
    """Run all queues, and the queue of sign-in codes in a separate slot, until one of them ends.

    A person waits for a code; other messages may wait for minutes on a busy day.
    """
    async with connected.open_async():
        everything = connected.run_worker_async(concurrency=concurrency)
        codes = connected.run_worker_async(
            name=jobs.CODES_QUEUE, queues=[jobs.CODES_QUEUE], concurrency=1, install_signal_handlers=False
        )
        await _first_of(everything, codes)


async def _first_of(*works: Awaitable[None]) -> None:
    """Wait until one ends, by a signal or an error, and stop the others after their current jobs."""
    tasks = [asyncio.ensure_future(work) for work in works]
    ended, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for task in ended:
        task.result()


def _end_when_grown(most: int) -> None:
    """Stop this process after its current jobs, once its own memory exceeds that many bytes.

    Rendering letters and maps fragments the heap, and `up` forks a new worker at once.
    """
    process = psutil.Process()
    while process.memory_full_info().uss <= most:
        time.sleep(MEMORY_CHECK_SECONDS)
    os.kill(process.pid, signal.SIGTERM)
