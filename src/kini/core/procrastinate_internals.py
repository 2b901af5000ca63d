"""SQL on procrastinate's tables and functions, in one place: check it at each upgrade (upper bound in pyproject.toml).

tests/core/test_private_interfaces.py names what an upgrade changed.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from procrastinate.tasks import Task

from kini.core.database.prepared_statements import execute_deferred

#: procrastinate's own function takes twice the time.
_STORE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, scheduled_at)
    SELECT %s, %s, %s, arguments, %s::timestamptz
    FROM jsonb_array_elements(%s) WITH ORDINALITY AS job (arguments, place) ORDER BY place
"""
#: procrastinate's `get_stalled_jobs` does not lock the rows: the slower of two rescuers would take a job away from the
#: worker that has started it again.
_ABANDONED = """
    SELECT job.id, job.attempts FROM procrastinate_jobs AS job
    LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %s))
    FOR UPDATE OF job SKIP LOCKED
"""
_FAILED = """
    FROM procrastinate_jobs AS job
    WHERE status IN ('failed', 'cancelled', 'aborted')
        AND NOT EXISTS (SELECT FROM procrastinate_events WHERE job_id = job.id AND at > %s)
"""


def store(task: Task[..., None, ...], arguments: Sequence[Mapping[str, Any]], at: datetime | None) -> None:
    """Store a job for each of these arguments with the next statement of the transaction."""
    execute_deferred(_STORE, [task.queue, task.name, task.priority, at, json.dumps(arguments)])


def lock_abandoned(seconds: float) -> list[tuple[int, int]]:
    """Lock running jobs whose worker gave no sign for so long; returns (job, attempts)."""
    with connection.cursor() as cursor:
        cursor.execute(_ABANDONED, [seconds])
        abandoned: list[tuple[int, int]] = cursor.fetchall()
        return abandoned


def retry(job: int) -> None:
    """Let a failed or abandoned job run again.

    Raises:
        IntegrityError: when the next run of the same job is queued already.
    """
    _execute("SELECT procrastinate_retry_job_v2(%s, now(), NULL, NULL, NULL)", job)


def fail(job: int) -> None:
    _execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", job)


def delete(job: int) -> None:
    _execute("DELETE FROM procrastinate_jobs WHERE id = %s", job)


def count_failed(before: datetime) -> int:
    """Number of failed jobs without an event since that time."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_FAILED}", [before])  # noqa: S608
        return int(cursor.fetchone()[0])


def delete_failed(before: datetime) -> int:
    """Delete failed jobs without an event since that time; returns their number."""
    return _execute(f"DELETE {_FAILED}", before)  # noqa: S608


def run_now(queues: Sequence[str], after_seconds: float) -> None:
    """Let jobs of these queues run now that wait for longer than that."""
    _execute(
        """
        UPDATE procrastinate_jobs SET scheduled_at = now()
        WHERE status = 'todo' AND queue_name = ANY(%s) AND scheduled_at > now() + make_interval(secs => %s)
        """,
        list(queues),
        after_seconds,
    )


def _execute(statement: str, *parameters: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        count: int = cursor.rowcount
        return count
