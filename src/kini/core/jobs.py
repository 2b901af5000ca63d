"""Background and scheduled work: thin words over procrastinate, whose jobs are rows in our own database.

A job that is deferred inside a transaction exists only when that transaction is committed. Jobs run at least once,
so each can be run again without harm. Every room's `jobs.py` is imported when the program starts.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from kini.core.database.prepared import send_later

#: The queue of sign-in codes, for which a worker keeps a slot free (cli/worker.py).
CODES = "codes"
#: After an error a job waits 3, 9, 27 seconds and so on, and is given up after about an hour.
RETRY = RetryStrategy(max_attempts=7, exponential_wait=3)
#: A worker that has said nothing for so many seconds is gone, and its jobs are given to others.
SILENCE = 20
#: What procrastinate's own function does in twice the time.
_STORE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, scheduled_at)
    SELECT %s, %s, 0, arguments, %s::timestamptz
    FROM jsonb_array_elements(%s) WITH ORDINALITY AS job (arguments, place) ORDER BY place
"""
_ABANDONED = """
    SELECT job.id, job.attempts FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
    FOR UPDATE OF job SKIP LOCKED
"""


def job[**P](name: str, *, queue: str) -> Callable[[Callable[P, None]], Task[P, None, P]]:
    """Make a function a background job: `store` stores it, a worker runs it and tries again on errors.

    Args:
        name: "room.deed"; it stands in the database, so it outlives a renamed function.
        queue: groups jobs, for workers that take only some.
    """

    def register(function: Callable[P, None]) -> Task[P, None, P]:
        return app.task(name=name, queue=queue, retry=RETRY, pass_context=False)(function)

    return register


def store(task: Task[..., None, ...], arguments: Sequence[Mapping[str, Any]], *, at: datetime | None = None) -> None:
    """Store a job for each of these arguments, to be run at that moment or soon after; with the transaction around.

    `task.defer` takes far longer, and in a worker it has a connection of its own: its job would be run before what is
    stored with it is there.
    """
    if arguments:
        send_later(_STORE, [task.queue, task.name, at, json.dumps(arguments)])


def later(name: str, *, at: datetime, **arguments: Any) -> None:
    """Store a job of that name as `store` does."""
    store(app.tasks[name], [arguments], at=at)


def soon(name: str, **arguments: Any) -> None:
    """Store a job of that name, to be run at once."""
    store(app.tasks[name], [arguments])


def every(cron: str, *, name: str, alone: bool = True) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run a function again and again.

    Args:
        cron: five fields as in crontab, in UTC: "15 3 * * *" is at a quarter past three every night; a sixth one
            says seconds.
        name: "room.deed".
        alone: by one worker at a time.
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


@every("* * * * * */10", name="core.rescue_jobs", alone=False)
def rescue_jobs() -> None:
    """Jobs of a worker that was killed run again; one in which workers fall again and again is given up."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ABANDONED, [SILENCE])
        for job, attempts in cursor.fetchall():
            if attempts + 1 >= RETRY.max_attempts:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job])
            else:
                _run_again(job)


def _run_again(job: int) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", [job])
    except IntegrityError:  # its next turn waits already
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job])
