"""Outbox: stored with the change, delivered at least once, in order for each subject, given up loudly."""

import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kini.core import current_time, retention
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, system
from kini.exchange import outbox
from kini.exchange.destinations import Destination, OutgoingMessage, PermanentFailure, TemporaryFailure, destinations
from kini.exchange.models import DestinationPause, OutboxEntry
from kini.operator import actions

HOUR = timedelta(hours=1)


class Archive(Destination):
    """A destination that answers as the test says."""

    max_age = timedelta(days=2)

    def __init__(self) -> None:
        self.sent: list[OutgoingMessage] = []
        self.answers: dict[str, list[Exception]] = defaultdict(list)
        self.recorded: list[tuple[str, Any]] = []

    def send(self, message: OutgoingMessage) -> dict[str, Any]:
        self.sent.append(message)
        if self.answers[message.key]:
            raise self.answers[message.key].pop(0)
        return {"receipt": f"R-{message.key}"}

    def delivered(self, message: OutgoingMessage, receipt: Any) -> None:
        self.recorded.append((message.key, receipt["receipt"]))

    def given_up(self, message: OutgoingMessage, reason: str) -> None:
        self.recorded.append((message.key, reason))


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Archive:
    destination = Archive()
    monkeypatch.setattr(destinations, "_items", {"archive": destination})
    return destination


def put(key: str, subject: str = "case:A") -> None:
    outbox.put("archive", subject=subject, key=key, payload={"words": key})


def states() -> dict[str, str]:
    return dict(OutboxEntry.objects.order_by("id").values_list("key", "state"))


@pytest.mark.django_db
def test_a_message_is_delivered_once_with_its_receipt(archive: Archive, run_jobs: Callable[[], int]) -> None:
    with transaction.atomic():
        put("1")
        put("1")
    run_jobs()
    assert [(each.key, each.payload, each.tries) for each in archive.sent] == [("1", {"words": "1"}, 1)]
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.receipt, archive.recorded) == ("delivered", {"receipt": "R-1"}, [("1", "R-1")])


@pytest.mark.django_db
def test_nothing_is_sent_for_a_change_that_was_rolled_back(archive: Archive, run_jobs: Callable[[], int]) -> None:
    with transaction.atomic():
        put("1")
        transaction.set_rollback(True)
    run_jobs()
    assert not archive.sent
    with pytest.raises(LookupError, match="archive"):
        outbox.put("nowhere", subject="case:A", key="1", payload={})


@pytest.mark.django_db
def test_one_subject_is_delivered_in_order_and_another_does_not_wait(archive: Archive) -> None:
    archive.answers["1"] = [TemporaryFailure("busy")]
    put("1")
    put("2")
    put("3", "case:B")
    outbox.deliver("archive")
    assert [each.key for each in archive.sent] == ["1", "3"]
    with current_time.freeze(current_time.now() + HOUR):
        outbox.deliver("archive")
    assert [each.key for each in archive.sent] == ["1", "3", "1", "2"]
    assert [each.tries for each in archive.sent if each.key == "1"] == [1, 2]


@pytest.mark.django_db
def test_waits_grow_and_then_it_is_a_dead_letter(archive: Archive) -> None:
    archive.answers["1"] = [TemporaryFailure("busy")] * 1000
    put("1")
    begun = now = current_time.now()
    waits = []
    while states() == {"1": "waiting"}:
        with current_time.freeze(now):
            outbox.deliver("archive")
        entry = OutboxEntry.objects.get()
        waits.append(entry.next_at - now)
        now = max(entry.next_at, now + timedelta(seconds=1))
    assert waits[0] >= timedelta(seconds=10)
    assert waits[1] >= timedelta(seconds=60)
    assert max(waits) <= 1.2 * timedelta(hours=6)
    assert timedelta(days=1) < now - begun <= timedelta(days=2)
    assert states() == {"1": "dead"}
    assert archive.recorded == [("1", "busy")]


@pytest.mark.django_db
def test_retry_after_pauses_the_whole_destination(archive: Archive) -> None:
    archive.answers["1"] = [TemporaryFailure("too many", retry_after=HOUR)]
    put("1")
    put("2", "case:B")
    outbox.deliver("archive")
    assert [each.key for each in archive.sent] == ["1"]
    now = current_time.now()
    with current_time.freeze(now + HOUR / 2):
        assert outbox.deliver("archive") == 0
    with current_time.freeze(now + HOUR + timedelta(minutes=1)):
        assert outbox.deliver("archive") == 2
    retention.apply(retention.rules.get("exchange.pauses"))
    with current_time.freeze(now + 2 * HOUR):
        assert DestinationPause.objects.count() <= 1


@pytest.mark.django_db
def test_an_unknown_error_is_temporary(archive: Archive) -> None:
    archive.answers["1"] = [ZeroDivisionError("secret of a person")]
    put("1")
    outbox.deliver("archive")
    entry = OutboxEntry.objects.get()
    assert (entry.state, entry.error) == ("waiting", "ZeroDivisionError")


@pytest.mark.django_db
def test_a_dead_letter_holds_back_its_subject_until_an_operator_decides(archive: Archive) -> None:
    archive.answers["1"] = [PermanentFailure("no such case")]
    put("1")
    put("2")
    outbox.deliver("archive")
    assert states() == {"1": "dead", "2": "waiting"}
    dead = OutboxEntry.objects.get(key="1")
    actions.replay_message(by=system("test"), entry=dead.pk)
    outbox.deliver("archive")
    assert states() == {"1": "delivered", "2": "delivered"}
    with pytest.raises(ActionRefused, match="not a dead letter"):
        actions.discard_message(by=system("test"), entry=dead.pk)


@pytest.mark.django_db
def test_a_discarded_letter_lets_the_next_one_go(archive: Archive) -> None:
    archive.answers["1"] = [PermanentFailure("no such case")]
    put("1")
    put("2")
    outbox.deliver("archive")
    actions.discard_message(by=system("test"), entry=OutboxEntry.objects.get(key="1").pk)
    outbox.deliver("archive")
    assert states() == {"1": "discarded", "2": "delivered"}


@pytest.mark.django_db
def test_a_worker_that_died_is_followed_by_another_under_the_same_key(archive: Archive) -> None:
    put("1")
    leased = outbox.lease("archive")
    assert leased
    assert outbox.lease("archive") is None  # while the first one sends
    with current_time.freeze(current_time.now() + outbox.LEASE + timedelta(seconds=1)):
        assert outbox.deliver("archive") == 1
    outbox.send(leased, archive)  # the first one was only slow: its result comes too late and changes nothing
    assert [each.key for each in archive.sent] == ["1", "1"]
    assert archive.recorded == [("1", "R-1")]
    assert states() == {"1": "delivered"}


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_send_nothing_twice(archive: Archive, concurrency: int) -> None:
    archive.concurrency = concurrency
    for number in range(40):
        put(str(number), f"case:{number % 8}")

    def work() -> None:
        outbox.deliver("archive")
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    outbox.deliver("archive")  # what waited behind a lease of the other one
    assert sorted(int(each.key) for each in archive.sent) == list(range(40))
    for subject in range(8):
        keys = [int(each.key) for each in archive.sent if each.subject == f"case:{subject}"]
        assert keys == sorted(keys)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=8))
def test_every_message_arrives_in_order_whatever_fails(archive: Archive, messages: list[tuple[int, int]]) -> None:
    OutboxEntry.objects.all().delete()
    archive.__init__()  # type: ignore[misc]
    for number, (subject, failures) in enumerate(messages):
        archive.answers[str(number)] = [TemporaryFailure("busy")] * failures
        put(str(number), f"case:{subject}")
    now = current_time.now()
    for _ in range(30):
        now += HOUR
        with current_time.freeze(now):
            outbox.deliver("archive")
    arrived = [key for key, _ in archive.recorded]
    assert sorted(arrived, key=int) == [str(number) for number in range(len(messages))]
    for subject in range(3):
        own = [int(key) for key in arrived if messages[int(key)][0] == subject]
        assert own == sorted(own)


@pytest.mark.django_db
def test_the_database_holds_it(archive: Archive) -> None:
    put("1")
    with connection.cursor() as cursor:
        for change in ("state = 'delivered'", "ended_at = now()", "state = 'dead', lease_until = now()"):
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(f"UPDATE exchange_outboxentry SET {change}")
        cursor.execute("SELECT payload FROM exchange_outboxentry")
        assert b"words" not in bytes(cursor.fetchone()[0])


@pytest.mark.django_db
def test_waiting_entries_are_taken_up_each_minute(archive: Archive, run_jobs: Callable[[], int]) -> None:
    archive.answers["1"] = [TemporaryFailure("busy")]
    put("1")
    run_jobs()
    outbox.enqueue_due()
    assert run_jobs() == 0
    OutboxEntry.objects.update(next_at=current_time.now())
    outbox.enqueue_due()
    assert run_jobs() == 1
    assert states() == {"1": "delivered"}


@pytest.mark.django_db
def test_delivered_messages_are_removed_after_a_month(archive: Archive) -> None:
    put("1")
    put("2", "case:B")
    archive.answers["2"] = [TemporaryFailure("busy")]
    outbox.deliver("archive")
    OutboxEntry.objects.filter(key="1").update(ended_at=current_time.now() - timedelta(days=31))
    retention.apply(retention.rules.get("exchange.outbox"))
    assert states() == {"2": "waiting"}


@pytest.mark.django_db
def test_only_operators_decide_about_dead_letters(archive: Archive) -> None:
    archive.answers["1"] = [PermanentFailure("no such case")]
    put("1")
    outbox.deliver("archive")
    with pytest.raises(NotAllowed):
        actions.replay_message(by=Actor(ActorKind.GUEST, None, ""), entry=OutboxEntry.objects.get().pk)
