"""Jobs are stored in the caller's transaction; those of killed workers run again, a limited number of times."""

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.testing import InMemoryConnector

from kini.core import jobs

pytestmark = pytest.mark.django_db


def taken(worker_silent_for: int | None, *, attempts: int = 0, queueing_lock: str | None = None) -> int:
    """A running job of a worker whose last heartbeat was that many seconds ago, or (None) that is unknown."""
    with connection.cursor() as cursor:
        worker = None
        if worker_silent_for is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))"
                " RETURNING id",
                [worker_silent_for],
            )
            worker = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id, attempts, queueing_lock)"
            " VALUES ('events', 'core.deliver_event', 'doing', %s, %s, %s) RETURNING id",
            [worker, attempts, queueing_lock],
        )
        return int(cursor.fetchone()[0])


def status(job: int) -> str | None:
    return ProcrastinateJob.objects.filter(pk=job).values_list("status", flat=True).first()


@pytest.mark.parametrize(("silent", "now"), [(None, "todo"), (jobs.HEARTBEAT_TIMEOUT + 1, "todo"), (1, "doing")])
def test_a_job_is_taken_from_a_worker_that_is_gone_and_left_to_one_that_lives(silent, now):
    job = taken(silent)
    jobs.rescue_jobs()
    assert status(job) == now


def test_a_job_in_which_workers_fall_again_and_again_is_given_up():
    job = taken(None, attempts=jobs.RETRY.max_attempts - 1)
    jobs.rescue_jobs()
    assert status(job) == "failed"


def test_a_scheduled_job_whose_next_turn_waits_is_forgotten():
    job = taken(None, queueing_lock="core.remove_transient")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock)"
            " VALUES ('upkeep', 'core.remove_transient', 'core.remove_transient')"
        )
    jobs.rescue_jobs()
    assert status(job) is None
    assert ProcrastinateJob.objects.count() == 1


def test_a_job_that_a_worker_stores_is_there_with_the_transaction_around_and_not_before():
    at = timezone.now()
    with app.replace_connector(InMemoryConnector()) as worker:  # as the worker's has a connection of its own
        with transaction.atomic():
            jobs.enqueue("core.deliver_message", message=1)
            jobs.enqueue_at("core.deliver_message", message=2, at=at)
            assert not worker.connector.jobs
        with transaction.atomic():
            jobs.enqueue("core.deliver_message", message=3)
            transaction.set_rollback(True)
        assert not worker.connector.jobs
    assert list(
        ProcrastinateJob.objects.order_by("args__message").values_list("args", "scheduled_at", "queue_name")
    ) == [
        ({"message": 1}, None, "messages"),
        ({"message": 2}, at, "messages"),
    ]
