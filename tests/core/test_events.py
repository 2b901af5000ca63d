"""Events: received after the change they tell of, by everybody who listens, and never without it."""

import asyncio
import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from kini.core import events, retention
from kini.core.actions import action
from kini.core.actors import Actor, system


@dataclasses.dataclass(frozen=True, slots=True)
class LampLit(events.Event):
    name: ClassVar[str] = "test.lamp_lit"
    lamp: str
    hours: int


received: list[tuple[str, LampLit]] = []


@events.subscribe(LampLit, name="test.diary")
def diary(event: LampLit) -> None:
    received.append(("diary", event))


@events.subscribe(LampLit, name="test.moth")
def moth(event: LampLit) -> None:
    received.append(("moth", event))


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    received.clear()
    yield
    received.clear()


@action
def light(*, by: Actor, lamp: str, fails: bool = False) -> None:
    events.publish(LampLit(lamp, 3))
    if fails:
        raise ValueError("the lamp broke")


@pytest.mark.django_db
def test_every_listener_hears_it_after_the_action(run_jobs: Callable[[], int]) -> None:
    light(by=system("test"), lamp="hall")
    assert not received
    assert run_jobs() == 2
    assert received == [("diary", LampLit("hall", 3)), ("moth", LampLit("hall", 3))]


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
    assert sorted(name for name, _ in received) == ["diary", "moth"]
    assert not ProcrastinateJob.objects.filter(task_name=events.deliver.name).exists()


@pytest.mark.django_db(transaction=True)
def test_a_failing_listener_is_tried_again_later() -> None:
    events.deliver.defer(listener="nobody", event=LampLit.name, fields={"lamp": "hall", "hours": 3})
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
    name: ClassVar[str] = "test.lamp_sold"
    price: int


@events.subscribe(LampSold, name="test.treasurer", only=lambda event: event.price > 100)
def treasurer(event: LampSold) -> None:
    pass


@pytest.mark.django_db
@pytest.mark.parametrize(("price", "expected"), [(100, 0), (101, 1)])
def test_a_listener_hears_only_what_it_wants(run_jobs: Callable[[], int], price: int, expected: int) -> None:
    with transaction.atomic():
        events.publish(LampSold(price))
    assert run_jobs() == expected


@dataclasses.dataclass(frozen=True, slots=True)
class LampMoved(events.Event):
    """Its first version said "room"."""

    name: ClassVar[str] = "test.lamp_moved"
    version: ClassVar[int] = 2
    place: str
    floor: int = 0

    @classmethod
    def upgrade(cls, fields: Mapping[str, Any], version: int) -> Mapping[str, Any]:
        return {"place": fields["room"]} if version == 1 else fields


moved: list[LampMoved] = []


@events.subscribe(LampMoved, name="test.caretaker")
def caretaker(event: LampMoved) -> None:
    moved.append(event)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "stored",
    [
        {"fields": {"room": "hall"}},
        {"fields": {"room": "hall"}, "version": 1},
        {"fields": {"place": "hall"}, "version": 2},
    ],
)
def test_events_of_earlier_versions_are_delivered(run_jobs: Callable[[], int], stored: dict[str, Any]) -> None:
    moved.clear()
    events.deliver.defer(listener="test.caretaker", event="test.lamp_moved", **stored)
    assert run_jobs() == 1
    assert moved == [LampMoved("hall")]


def test_names_are_stable_and_unique() -> None:
    assert all(re.fullmatch(r"\w+\.\w+", name) for name in events._events)
    with pytest.raises(ValueError, match="registered twice"):
        events.subscribe(LampMoved, name="test.caretaker")(caretaker)
    with pytest.raises(ValueError, match="Two events"):
        events.subscribe(dataclasses.make_dataclass("Other", [], bases=(LampMoved,), frozen=True), name="test.other")(
            caretaker
        )


def test_an_event_that_is_gone_says_what_there_is() -> None:
    with pytest.raises(LookupError, match=r'no event "test.gone"'):
        events.deliver(listener="test.caretaker", event="test.gone", fields={})
    with pytest.raises(LookupError, match=r'no subscriber "test.gone"; there are: test.caretaker'):
        events.deliver(listener="test.gone", event="test.lamp_moved", fields={"place": "hall"}, version=2)
