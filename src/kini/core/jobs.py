"""Background and scheduled work: thin words over procrastinate, whose jobs are rows in our own database.

A job that is deferred inside a transaction exists only when that transaction is committed. Jobs run at least once,
so each can be run again without harm. Every room's `jobs.py` is imported when the program starts.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.tasks import Task

from kini.core.models import LimitCounter, OutboxMessage

#: After an error a job waits 3, 9, 27 seconds and so on, and is given up after about an hour.
RETRY = RetryStrategy(max_attempts=7, exponential_wait=3)
DELIVERED_KEPT = timedelta(days=1)
UNDELIVERED_KEPT = timedelta(days=7)
FAILED_KEPT = timedelta(days=30)


def job[**P](name: str, *, queue: str) -> Callable[[Callable[P, None]], Task[P, None, P]]:
    """Make a function a background job: `function.defer(...)` stores it, a worker runs it and tries again on errors.

    Args:
        name: "room.deed"; it stands in the database, so it outlives a renamed function.
        queue: groups jobs, for workers that take only some.
    """

    def register(function: Callable[P, None]) -> Task[P, None, P]:
        return app.task(name=name, queue=queue, retry=RETRY, pass_context=False)(function)

    return register


def every(cron: str, *, name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run a function again and again, by one worker at a time.

    Args:
        cron: five fields as in crontab, in UTC: "15 3 * * *" is at a quarter past three every night.
        name: "room.deed".
    """

    def register(function: Callable[[], None]) -> Callable[[], None]:
        def run(timestamp: int) -> None:
            function()

        task = app.task(name=name, queue="upkeep", lock=name, queueing_lock=name, pass_context=False)(run)
        app.periodic(cron=cron, periodic_id=name)(task)
        return function

    return register


@every("7 * * * *", name="core.forget_limits")
def forget_limits() -> None:
    """Counters whose window is over say nothing any more."""
    LimitCounter.objects.filter(until__lt=timezone.now()).delete()


@every("17 3 * * *", name="core.forget_messages")
def forget_messages() -> None:
    """Messages are not an archive: codes and names do not stay longer than they are needed."""
    now = timezone.now()
    OutboxMessage.objects.filter(delivered_at__lt=now - DELIVERED_KEPT).delete()
    OutboxMessage.objects.filter(at__lt=now - UNDELIVERED_KEPT).delete()


@every("27 3 * * *", name="core.forget_failed_jobs")
def forget_failed_jobs() -> None:
    """Failed jobs stay long enough to be looked into; successful ones are removed by the worker itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM procrastinate_jobs AS job
            WHERE status IN ('failed', 'cancelled', 'aborted') AND NOT EXISTS (
                SELECT FROM procrastinate_events WHERE job_id = job.id AND at > now() - make_interval(days => %s)
            )
            """,
            [FAILED_KEPT.days],
        )
