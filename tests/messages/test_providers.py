"""SMS and WhatsApp through sandbox servers on loopback that enforce the providers' rules."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from kini.cases.models import Case
from kini.core import current_time
from kini.core.models import OutboxMessage
from kini.messages import jobs, unsubscribe
from kini.messages.channels.base import PermanentFailure, TemporaryFailure
from kini.messages.models import InboundMessage, Message, OptOut
from kini.messages.providers.base import OutgoingMessage
from kini.messages.providers.configuration import provider_for, send_sign_in_code
from kini.messages.sandbox.server import Sandbox
from tests.cases.conftest import case as case
from tests.cases.town import Town
from tests.messages.test_notify import notify_resident, states

PHONE = "+6281234567890"


def taken(carriers: Sandbox, channel: str) -> list[str]:
    return [each.text for each in carriers.carriers.taken if each.channel == channel and each.sent]


def tell_receipts(carriers: Sandbox, **faults: str) -> None:
    carriers.faults = dict(faults)
    for each in [each for each in carriers.carriers.taken if each.sent]:
        carriers.receipts(each)


def test_a_template_goes_out_by_whatsapp_and_its_receipt_ends_it(
    town: Town, carriers: Sandbox, run_jobs: Callable[[], int]
):
    message = notify_resident(town)
    run_jobs()
    assert taken(carriers, "whatsapp") == ["[kini_case_step] Stall permit | X-1 | Done | It is done. | - | - | -"]
    assert states(message) == [("whatsapp", "sent")]
    tell_receipts(carriers, receipt="twice")
    assert states(message) == [("whatsapp", "delivered")]
    assert taken(carriers, "sms") == []
    assert OutboxMessage.objects.get().channel == "whatsapp"


def test_what_whatsapp_cannot_deliver_goes_on_by_sms(town: Town, carriers: Sandbox, run_jobs: Callable[[], int]):
    town.resident.user.phone = "+6281234567899"
    town.resident.user.save()
    message = notify_resident(town)
    run_jobs()
    tell_receipts(carriers)
    run_jobs()
    assert states(message) == [("whatsapp", "failed"), ("sms", "sent")]
    assert taken(carriers, "sms") == ["Stall permit (X-1): It is done."]
    tell_receipts(carriers)
    assert states(message) == [("whatsapp", "failed"), ("sms", "delivered")]


def test_forged_receipts_change_nothing(town: Town, carriers: Sandbox, run_jobs: Callable[[], int]):
    message = notify_resident(town)
    run_jobs()
    tell_receipts(carriers, receipt="forged")
    assert states(message) == [("whatsapp", "sent")]


def test_a_receipt_that_comes_before_the_answer_counts(town: Town, carriers: Sandbox, run_jobs: Callable[[], int]):
    message = notify_resident(town)
    delivery = message.deliveries.get()
    carriers.by_whatsapp({"statuses": [{"status": "delivered", "biz_opaque_callback_data": str(delivery.pk)}]})
    run_jobs()
    assert states(message) == [("whatsapp", "delivered")]
    assert taken(carriers, "whatsapp") == []


def test_a_provider_that_is_down_is_tried_again(town: Town, carriers: Sandbox, run_jobs: Callable[[], int]):
    carriers.faults = {"send": "down"}
    message = notify_resident(town)
    run_jobs()
    assert states(message) == [("whatsapp", "waiting")]
    carriers.faults = {"receipt": "never"}
    jobs.send_delivery(message.deliveries.get().pk)
    assert states(message) == [("whatsapp", "sent")]


def test_the_rules_of_sms_are_held(carriers: Sandbox):
    provider = provider_for("sms")
    assert provider
    for recipient, text in (("+628000000000", "Hi"), (PHONE, "a" * 161), (PHONE, "五"), (PHONE, "€" * 81), (PHONE, "")):
        with pytest.raises(PermanentFailure):
            provider.send(OutgoingMessage(recipient, text))
    carriers.carriers.per_second = 0
    with pytest.raises(TemporaryFailure, match="20429"):
        provider.send(OutgoingMessage(PHONE, "Hi"))


def test_plain_words_need_the_24_hours_of_whatsapp(carriers: Sandbox):
    provider = provider_for("whatsapp")
    assert provider
    with pytest.raises(PermanentFailure, match="131047"):
        provider.send(OutgoingMessage(PHONE, "Hello"))
    with pytest.raises(PermanentFailure, match="132001"):
        provider.send(OutgoingMessage(PHONE, "", template="kini_other", language="id"))
    with pytest.raises(PermanentFailure, match="132000"):
        provider.send(OutgoingMessage(PHONE, "", template="kini_case_step", language="id", words=["one"]))
    carriers.write("whatsapp", PHONE, "Halo")
    assert provider.send(OutgoingMessage(PHONE, "Hello")).reference


def test_codes_to_sign_in_go_by_the_same_provider(carriers: Sandbox):
    send_sign_in_code(PHONE, "Kode: 123456")
    assert taken(carriers, "sms") == ["Kode: 123456"]


def test_meta_confirms_the_address(carriers: Sandbox):
    query = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": carriers.keys.secret}
    assert Client().get("/messages/notices/whatsapp/", query).content == b"42"
    assert Client().get("/messages/notices/whatsapp/", query | {"hub.verify_token": "x"}).status_code == 403
    assert Client().post("/messages/notices/none/").status_code == 404


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_status_is_answered_to_its_resident_alone(
    town: Town, carriers: Sandbox, case: Case, run_jobs: Callable[[], int], channel: str
):
    run_jobs()
    carriers.carriers.taken.clear()
    carriers.write(channel, PHONE, f"status {case.reference.lower()}")
    carriers.write(channel, "+6281200000077", f"STATUS {case.reference}")
    run_jobs()
    own, other = taken(carriers, channel)
    assert "Izin lapak" in own
    assert case.reference in own
    assert "Izin lapak" not in other
    carriers.write(channel, PHONE, "STATUS KINI-0000-0000")
    run_jobs()
    assert taken(carriers, channel)[-1].replace("KINI-0000-0000", case.reference) == other
    assert InboundMessage.objects.filter(answered_at__isnull=True).count() == 0


def test_told_twice_it_is_answered_once(town: Town, carriers: Sandbox, case: Case, run_jobs: Callable[[], int]):
    run_jobs()
    for _again in range(2):
        carriers.by_whatsapp(
            {"messages": [{"id": "1", "from": PHONE[1:], "text": {"body": f"STATUS {case.reference}"}}]}
        )
    carriers.carriers.write("whatsapp", PHONE, "")
    carriers.carriers.taken.clear()
    run_jobs()
    assert len(taken(carriers, "whatsapp")) == 1


def test_stop_by_sms_ends_what_comes_by_sms(town: Town, carriers: Sandbox, run_jobs: Callable[[], int]):
    carriers.write("sms", PHONE, "Stop")
    assert OptOut.objects.get().channel == "sms"
    assert unsubscribe.read_token("no token") is None
    with pytest.raises(PermanentFailure, match="21610"):
        send_sign_in_code(PHONE, "Kode")
    carriers.write("sms", PHONE, "START")
    assert not OptOut.objects.exists()


def test_an_unread_message_counts_as_seen_when_whatsapp_says_so(
    town: Town, carriers: Sandbox, run_jobs: Callable[[], int]
):
    message = notify_resident(town, needed_by=current_time.now() + timedelta(days=3))
    run_jobs()
    carriers.by_whatsapp(
        {"statuses": [{"status": "read", "biz_opaque_callback_data": str(message.deliveries.get().pk)}]}
    )
    assert Message.objects.get(pk=message.pk).read_at
