"""Background and scheduled jobs: a thin layer over procrastinate, whose jobs are rows in our own database.

A job is stored in the caller's transaction. Jobs run at least once, so each must be idempotent. Every room's `jobs.py`
is imported at start.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from kini.core import procrastinate_internals

#: Queue of sign-in codes, for which a worker keeps a slot free (cli/worker.py).
CODES_QUEUE = "codes"
#: Retries after 3, 9, 27 seconds and so on; the job fails after about an hour.
MAX_ATTEMPTS = 7
RETRY = RetryStrategy(max_attempts=MAX_ATTEMPTS, exponential_wait=3)
#: Seconds without a heartbeat after which a worker counts as dead and its jobs run again.
HEARTBEAT_TIMEOUT = 20


class CollectedJob(NamedTuple):
    """A job that was not stored."""

    task: Task[..., None, ...]
    arguments: Mapping[str, Any]
    at: datetime | None


_collected: ContextVar[list[CollectedJob] | None] = ContextVar("kini.collected_jobs", default=None)


@contextmanager
def collect() -> Iterator[list[CollectedJob]]:
    """Collect jobs instead of storing them, in this thread, for a caller that runs them itself: a demo in its past."""
    collected: list[CollectedJob] = []
    before = _collected.set(collected)
    try:
        yield collected
    finally:
        _collected.reset(before)


def job[**P](name: str, *, queue: str, priority: int = 0) -> Callable[[Callable[P, None]], Task[P, None, P]]:
    """Register a function as a background job, which a worker runs and retries on errors.

    Args:
        name: "room.task"; stored with each job, so it must not change.
        queue: name of the queue, for workers of single queues.
        priority: jobs of a higher one run before all others that wait.
    """

    def register(function: Callable[P, None]) -> Task[P, None, P]:
        return app.task(name=name, queue=queue, priority=priority, retry=RETRY, pass_context=False)(function)

    return register


def enqueue_all(
    task: Task[..., None, ...], arguments: Sequence[Mapping[str, Any]], *, at: datetime | None = None
) -> None:
    """Store a job for each of these arguments in the current transaction, to run at that time (None: at once).

    `task.defer` is far slower, and in a worker it uses another connection: the job could run before the rows of this
    transaction are committed.
    """
    collected = _collected.get()
    if collected is not None:
        collected += (CollectedJob(task, each, at) for each in arguments)
    elif arguments:
        procrastinate_internals.store(task, arguments, at)


def enqueue_at(name: str, *, at: datetime, **arguments: Any) -> None:
    """Store a job by its name, to run at that time."""
    enqueue_all(app.tasks[name], [arguments], at=at)


def enqueue(name: str, **arguments: Any) -> None:
    """Store a job by its name, to run at once."""
    enqueue_all(app.tasks[name], [arguments])


def periodic(cron: str, *, name: str, alone: bool = True) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a periodic job.

    Args:
        cron: five fields as in crontab, in UTC ("15 3 * * *": 03:15 every night); a sixth one are seconds.
        name: "room.task".
        alone: run by one worker at a time.
    """

    def register(function: Callable[[], None]) -> Callable[[], None]:
        def run(timestamp: int) -> None:
            function()

        task = app.task(
            name=name, queue="upkeep", lock=name if alone else None, queueing_lock=name, pass_context=False
        )(run)
        app.periodic(cron=cron, periodic_id=name)(task)
        return function

    return register


@periodic("* * * * * */10", name="core.rescue_jobs", alone=False)
def rescue_jobs() -> None:
    """Run jobs of dead workers again, or fail them after too many attempts."""
    with transaction.atomic():
        for job, attempts in procrastinate_internals.lock_abandoned(HEARTBEAT_TIMEOUT):
            if attempts + 1 >= MAX_ATTEMPTS:
                procrastinate_internals.fail(job)
            else:
                _run_again(job)


def _run_again(job: int) -> None:
    try:
        with transaction.atomic():
            procrastinate_internals.retry(job)
    except IntegrityError:  # the next run of a periodic job is queued already
        procrastinate_internals.delete(job)
