"""A change is sent once, by the first channel that accepts it; officers see undelivered messages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from kini.cases import actions as case_actions
from kini.cases.models import Case
from kini.core import current_time
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.models import AuditEntry, OutboxMessage
from kini.messages import actions, jobs, message_texts, unsubscribe
from kini.messages.channels.base import Accepted
from kini.messages.models import Delivery, Message, OptOut
from kini.messages.recipients import Recipient
from tests.cases.town import BY, PACK, Town, acting, employed
from tests.messages.conftest import BUSY, GONE, Pigeon
from tests.pagechecks import CheckedClient

WORDS = {
    "title": "Stall permit",
    "reference": "X-1",
    "state": "Done",
    "sentence": "It is done.",
    "details": "",
    "until": "",
    "address": "",
}
EVENING = datetime(2026, 11, 25, 15, tzinfo=UTC)  # 22:00 on the town's clocks


def notify_resident(town: Town, key: str = "k", **more: object) -> Message:
    about = actions.MessageScope(town.registry.pk, "", "stall-permit")
    arguments = {
        "to": Recipient(town.resident.user, town.resident),
        "message_type": "case-step",
        "words": WORDS,
        "about": about,
    }
    message = actions.notify(by=BY, key=key, **(arguments | more))  # type: ignore[arg-type]
    assert message
    return message


def states(message: Message) -> list[tuple[str, str]]:
    return list(message.deliveries.order_by("pk").values_list("channel", "state"))


def signed_in(user: object) -> CheckedClient:
    client = CheckedClient()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def test_a_change_is_told_once_on_one_channel(town: Town, case: Case, run_jobs: Callable[[], int]):
    town.resident.user.email = "sri@mail.example"
    town.resident.user.save()
    case_actions.move(by=town.named("clerk"), case=case, move="accept")
    run_jobs()
    messages = Message.objects.filter(user=town.resident.user)
    assert [states(each) for each in messages] == [[("sms", "delivered")]] * messages.count()
    assert OutboxMessage.objects.count() == messages.count() == 2
    assert (
        actions.notify(
            by=BY, to=Recipient(town.resident.user), message_type="case-step", key=messages[0].key, words=WORDS
        )
        is None
    )


def test_the_inbox_counts_what_is_new_and_opening_reads_it(town: Town, case: Case, run_jobs: Callable[[], int]):
    run_jobs()
    client, message = signed_in(town.resident.user), Message.objects.get(user=town.resident.user)
    assert re.search(r'class="tag info">.*?1</span>', client.get("/me/").content.decode())
    assert "Stall permit" in client.get("/me/messages/").content.decode() or "Izin lapak" in message.subject
    page = client.get(reverse("messages:message", args=[message.pk])).content.decode()
    assert message.text in page
    assert reverse("cases:case", args=[case.reference]) in page
    message.refresh_from_db()
    assert message.read_at
    assert not re.search(r'class="tag info">', client.get("/me/").content.decode())


def test_nobody_opens_the_messages_of_others(town: Town):
    message = notify_resident(town)
    assert signed_in(town.neighbour.user).get(reverse("messages:message", args=[message.pk])).status_code == 404
    with pytest.raises(NotAllowed):
        actions.mark_read(by=acting(town.neighbour), message=message)


def test_a_busy_channel_is_tried_again_and_then_the_next_one(town: Town, pigeon: Pigeon, run_jobs: Callable[[], int]):
    pigeon.answers = [BUSY]
    message = notify_resident(town)
    run_jobs()
    assert states(message) == [("pigeon", "waiting")]
    first = message.deliveries.get()
    assert first.due_at > current_time.now() + timedelta(seconds=50)
    for _again in range(4):
        jobs.send_delivery(first.pk)
    run_jobs()
    assert states(message) == [("pigeon", "failed"), ("sms", "delivered")]


def test_a_busy_channel_is_tried_again_after_longer_and_longer_times(town: Town, pigeon: Pigeon):
    pigeon.answers, waits = [BUSY], []
    noon = EVENING - timedelta(hours=10)
    with current_time.freeze(noon):
        message = notify_resident(town)
        for _try in range(4):
            actions.record_failure(by=BY, delivery=message.deliveries.get(), fault="busy", final=False)
            waits.append((message.deliveries.get().due_at - noon) // timedelta(minutes=1))
        assert waits == [1, 5, 25, 120]
        assert states(message) == [("pigeon", "waiting")]
        actions.record_failure(by=BY, delivery=message.deliveries.get(), fault="busy", final=False)
    assert states(message) == [("pigeon", "failed"), ("sms", "waiting")]


def test_what_is_refused_for_good_goes_on_at_once(town: Town, pigeon: Pigeon, run_jobs: Callable[[], int]):
    pigeon.answers = [GONE]
    message = notify_resident(town)
    run_jobs()
    assert states(message) == [("pigeon", "failed"), ("sms", "delivered")]


def test_what_reached_nobody_is_seen_by_its_agency_alone(town: Town, pigeon: Pigeon, run_jobs: Callable[[], int]):
    OptOut.objects.create(channel="sms", recipient=town.resident.user.phone, since=current_time.now())
    pigeon.answers = [GONE]
    message = notify_resident(town)
    run_jobs()
    chief, other = (
        employed("+6281200000003", "Kepala", town.registry, "boss"),
        employed("+6281200000004", "Lain", town.roads, "boss"),
    )
    page = signed_in(chief.user).get("/desk/messages/").content.decode()
    assert "no such number" in page
    assert "no such number" not in signed_in(other.user).get("/desk/messages/").content.decode()
    assert signed_in(town.clerk.user).get("/desk/messages/").status_code == 403
    pigeon.answers = [Accepted()]
    signed_in(chief.user).post(reverse("messages:retry", args=[message.pk]))
    run_jobs()
    assert states(message) == [("pigeon", "delivered")]
    assert "no such number" not in signed_in(chief.user).get("/desk/messages/").content.decode()


def test_an_officer_settles_what_was_told_in_another_way(town: Town, pigeon: Pigeon, run_jobs: Callable[[], int]):
    OptOut.objects.create(channel="sms", recipient=town.resident.user.phone, since=current_time.now())
    pigeon.answers = [GONE]
    message = notify_resident(town)
    run_jobs()
    chief = employed("+6281200000003", "Kepala", town.registry, "boss")
    with pytest.raises(NotAllowed):
        actions.mark_settled(by=acting(town.clerk), message=message)
    signed_in(chief.user).post(reverse("messages:settle", args=[message.pk]))
    message.refresh_from_db()
    assert message.settled_at


@pytest.fixture
def quiet(running_pack: Callable[..., Path], town: Town) -> None:
    running_pack(PACK, {message_texts.FILE: "quiet_from = 21:00:00\nquiet_until = 06:00:00\n"})


@pytest.mark.usefixtures("quiet")
def test_at_night_only_what_is_urgent_goes_out(town: Town):
    with current_time.freeze(EVENING):
        calm, urgent = notify_resident(town), notify_resident(town, "urgent", urgent=True)
    assert calm.deliveries.get().due_at == EVENING.replace(hour=23)
    assert urgent.deliveries.get().due_at == EVENING


def test_what_is_asked_goes_on_until_it_was_seen(town: Town, pigeon: Pigeon, run_jobs: Callable[[], int]):
    pigeon.answers = [Accepted()]
    town.resident.address = "Jl. Contoh 1"
    town.resident.save()
    now = current_time.now()
    message = notify_resident(town, needed_by=now + timedelta(days=8))
    seen = notify_resident(town, "seen", needed_by=now + timedelta(days=8))
    run_jobs()
    actions.mark_read(by=acting(town.resident), message=seen)
    for days in (1, 3, 6):
        with current_time.freeze(now + timedelta(days=days, minutes=1)):
            jobs.advance()
            run_jobs()
    assert states(message) == [("pigeon", "delivered"), ("sms", "delivered"), ("post", "waiting")]
    assert states(seen) == [("pigeon", "delivered")]
    chief = employed("+6281200000003", "Kepala", town.registry, "boss")
    client, letter = signed_in(chief.user), message.deliveries.get(channel="post")
    assert "Jl. Contoh 1" in client.get(reverse("messages:letter", args=[letter.pk])).content.decode()
    client.post(reverse("messages:posted", args=[letter.pk]))
    assert states(message)[-1] == ("post", "sent")


def test_a_receipt_that_never_comes_gives_the_next_channel_its_turn(
    town: Town, pigeon: Pigeon, run_jobs: Callable[[], int]
):
    pigeon.answers = [Accepted("sent", "loft", "1")]
    message = notify_resident(town)
    run_jobs()
    jobs.advance()
    assert states(message) == [("pigeon", "sent")]
    with current_time.freeze(current_time.now() + timedelta(hours=25)):
        jobs.advance()
    assert states(message) == [("pigeon", "sent"), ("sms", "waiting")]


def test_where_no_way_is_left_nothing_is_tried_for_ever(town: Town, pigeon: Pigeon, run_jobs: Callable[[], int]):
    OptOut.objects.create(channel="sms", recipient=town.resident.user.phone, since=current_time.now())
    pigeon.answers = [Accepted("sent", "loft", "1")]
    notify_resident(town)
    run_jobs()
    before = AuditEntry.objects.count()
    with current_time.freeze(current_time.now() + timedelta(hours=25)):
        jobs.advance()
    assert AuditEntry.objects.count() == before


@pytest.mark.usefixtures("quiet")
def test_a_second_try_keeps_the_quiet_hours_as_well(town: Town, pigeon: Pigeon):
    pigeon.answers = [BUSY]
    late = EVENING - timedelta(hours=1, minutes=1)  # a minute before they begin
    with current_time.freeze(late):
        delivery = notify_resident(town).deliveries.get()
        for _try in range(2):
            jobs.send_delivery(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.due_at == EVENING.replace(hour=23)


def test_an_email_says_how_to_end_them_and_the_link_does(town: Town, run_jobs: Callable[[], int]):
    user = town.resident.user
    user.phone, user.email = None, "sri@mail.example"
    user.save()
    town.resident.phone = ""
    town.resident.save()
    notify_resident(town)
    run_jobs()
    address = unsubscribe.unsubscribe_url("email", "sri@mail.example")
    assert address in OutboxMessage.objects.get(recipient="sri@mail.example").text
    path = address.removeprefix(address[: address.index("/messages/")])
    assert "sri@mail.example" in CheckedClient().get(path).content.decode()
    assert not OptOut.objects.exists()
    assert Client(enforce_csrf_checks=True).post(path).status_code == 200
    again = notify_resident(town, "again")
    run_jobs()
    assert states(again) == []
    assert Client().get("/messages/stop/forged/").status_code == 404


def test_people_say_how_they_want_to_be_told(town: Town, pigeon: Pigeon, run_jobs: Callable[[], int]):
    pigeon.answers = [Accepted()]
    client = signed_in(town.resident.user)
    assert "Pigeon" in client.get("/me/messages/ways/").content.decode()
    client.post("/me/messages/ways/", {"first": "sms", "wanted": ["pigeon"]})
    message = notify_resident(town)
    run_jobs()
    assert states(message) == [("sms", "delivered")]
    client.post("/me/messages/ways/", {"first": "", "wanted": ["pigeon"]})
    message = notify_resident(town, "later")
    run_jobs()
    assert states(message) == [("pigeon", "delivered")]
    assert OptOut.objects.filter(channel="sms").exists()


def test_officers_read_how_messages_sound_in_every_language(town: Town):
    chief = employed("+6281200000003", "Kepala", town.registry, "boss")
    page = signed_in(chief.user).get("/desk/messages/preview/").content.decode()
    for word in ("Birth certificate", "Akta kelahiran", "of 160"):
        assert word in page or "160" in page


def test_what_was_told_at_a_counter_goes_along_to_the_account(town: Town):
    someone = town.neighbour
    message = actions.notify(by=BY, to=Recipient(None, town.resident), message_type="case-step", key="c", words=WORDS)
    assert message
    actions.transfer_messages(by=BY, gone=town.resident.pk, kept=someone.pk, user=someone.user.pk)
    message.refresh_from_db()
    assert (message.user, message.resident) == (someone.user, someone)


def test_the_database_refuses_doubles(town: Town):
    message = notify_resident(town)
    delivery = message.deliveries.get()
    now = current_time.now()
    broken: list[Callable[[], object]] = [
        lambda: Message.objects.create(key="k", user=town.resident.user, at=now),
        lambda: Message.objects.create(key="nobody", at=now),
        lambda: Message.objects.create(key="s", user=town.resident.user, at=now, settled_at=now),
        lambda: Delivery.objects.create(message=message, channel="sms", due_at=now, state="failed"),
        lambda: Delivery.objects.create(message=message, channel="email", due_at=now),
        lambda: Delivery.objects.create(message=message, channel="email", due_at=now, state="sent"),
        lambda: OptOut.objects.create(channel="sms", recipient="", since=now),
    ]
    assert delivery.state == "waiting"
    for each in broken:
        with pytest.raises(IntegrityError), transaction.atomic():
            each()


def test_a_guest_is_nobody(town: Town):
    message = notify_resident(town)
    with pytest.raises(NotAllowed):
        actions.mark_read(by=Actor(ActorKind.GUEST), message=message)
