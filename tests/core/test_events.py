"""Events: heard after the change they tell of, by everybody who listens, and never without it."""

import asyncio
import dataclasses
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.core import events, retention
from kini.core.actions import action
from kini.core.actors import Actor, system


@dataclasses.dataclass(frozen=True, slots=True)
class LampLit(events.Event):
    lamp: str
    hours: int


heard: list[tuple[str, LampLit]] = []


@events.listens(LampLit)
def diary(event: LampLit) -> None:
    heard.append(("diary", event))


@events.listens(LampLit)
def moth(event: LampLit) -> None:
    heard.append(("moth", event))


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    heard.clear()
    yield
    heard.clear()


@action
def light(*, by: Actor, lamp: str, fails: bool = False) -> None:
    events.announce(LampLit(lamp, 3))
    if fails:
        raise ValueError("the lamp broke")


@pytest.mark.django_db
def test_every_listener_hears_it_after_the_action(run_jobs: Callable[[], int]) -> None:
    light(by=system("test"), lamp="hall")
    assert not heard
    assert run_jobs() == 2
    assert heard == [("diary", LampLit("hall", 3)), ("moth", LampLit("hall", 3))]


@pytest.mark.django_db
def test_nobody_hears_of_what_was_rolled_back(run_jobs: Callable[[], int]) -> None:
    with pytest.raises(ValueError, match="broke"):
        light(by=system("test"), lamp="hall", fails=True)
    assert run_jobs() == 0


@pytest.mark.django_db(transaction=True)
def test_other_connections_see_the_job_only_after_commit() -> None:
    other = connection.copy()
    try:
        with transaction.atomic():
            light(by=system("test"), lamp="hall")
            assert count_jobs(other) == 0
        assert count_jobs(other) == 2
    finally:
        other.close()


def count_jobs(other: object) -> int:
    with other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_delivers_and_forgets() -> None:
    light(by=system("test"), lamp="hall")
    work_off()
    assert sorted(name for name, _ in heard) == ["diary", "moth"]
    assert not ProcrastinateJob.objects.filter(task_name=events.deliver.name).exists()


@pytest.mark.django_db(transaction=True)
def test_a_failing_listener_is_tried_again_later() -> None:
    events.deliver.defer(listener="nobody", event=events.name_of(LampLit), fields={"lamp": "hall", "hours": 3})
    work_off()
    waiting = ProcrastinateJob.objects.get(task_name=events.deliver.name)  # the worker's own clock may have made others
    assert waiting.status == "todo"
    assert waiting.attempts >= 1  # a slow machine comes to the second try meanwhile
    assert waiting.scheduled_at is not None


def work_off() -> None:
    """A worker as `./kini worker` starts it, until nothing is left that is due."""

    async def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            async with worker.open_async():
                await worker.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    asyncio.run(work())


@pytest.mark.django_db
def test_failed_jobs_are_swept_after_a_month() -> None:
    events.deliver.defer(listener="a", event="b", fields={})
    events.deliver.defer(listener="a", event="b", fields={})
    old, fresh = ProcrastinateJob.objects.order_by("id").values_list("id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        cursor.execute("UPDATE procrastinate_events SET at = now() - interval '40 days' WHERE job_id = %s", [old])
    retention.apply(retention.rules.get("core.failed-jobs"))
    assert ProcrastinateJob.objects.get().id == fresh


def test_scheduled_work_is_known_to_the_worker() -> None:
    names = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    assert {"core.apply_retention", "core.remove_transient"} <= names
    assert {"core.deliver_event", "core.deliver_message"} <= set(app.tasks)


def test_an_action_is_told_who_acts() -> None:
    with pytest.raises(TypeError, match="keyword-only"):
        action(lambda by: None)
    with pytest.raises(TypeError, match="keyword-only"):
        action(lambda *, lamp: None)


@dataclasses.dataclass(frozen=True, slots=True)
class LampSold(events.Event):
    price: int


@events.listens(LampSold, only=lambda event: event.price > 100)
def treasurer(event: LampSold) -> None:
    pass


@pytest.mark.django_db
@pytest.mark.parametrize(("price", "told"), [(100, 0), (101, 1)])
def test_a_listener_hears_only_what_it_wants(run_jobs: Callable[[], int], price: int, told: int) -> None:
    with transaction.atomic():
        events.announce(LampSold(price))
    assert run_jobs() == told
