"""Answers of contacts: by message reply, by the page with a code; reminders, red flags, nobody answers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from kini.core import current_time
from kini.core.actors import system
from kini.epidemic.models import Contact, DailyCheck
from kini.epidemic.tracing import actions, jobs, queries
from kini.epidemic.tracing.message_replies import receive_answer
from kini.epidemic.tracing.notifications import short_code
from kini.epidemic.tracing.rules import Exposure
from kini.messages.models import InboundMessage, Message
from kini.people.models import FamilyTie, Resident
from tests import link_scanner
from tests.cases import town as towns
from tests.epidemic.tracing.conftest import DAY, NOON, HealthCity

PHONE = "+6281234567890"


@pytest.fixture
def resident(health: HealthCity) -> Resident:
    return towns.person(PHONE, "Kontak Berakun", health.east)


@pytest.fixture
def contact(health: HealthCity, resident: Resident) -> Contact:
    return follow(health, resident)


def follow(health: HealthCity, resident: Resident) -> Contact:
    exposure = Exposure("household", "home", DAY)
    return actions.record_contact(by=towns.BY, case=health.case(), person=resident.person, exposure=exposure)


def said(text: str, sender: str = PHONE) -> InboundMessage:
    number = InboundMessage.objects.count()
    return InboundMessage.objects.create(
        provider="sandbox", external_id=str(number), channel="sms", sender=sender, text=text, at=current_time.now()
    )


def test_a_contact_is_asked_once_a_day_and_answers_by_message(contact: Contact) -> None:
    for _ in range(2):
        jobs.ask_contacts()
    message = Message.objects.get(sort="contact-daily-check")
    assert short_code(contact) in message.text
    assert "1 Demam" in message.text
    assert contact.answer_code in message.link
    inbound = said(f"{short_code(contact).lower()} 1, 4")
    for _ in range(2):
        assert "Terima kasih" in (receive_answer(inbound) or "")
    check = DailyCheck.objects.get()
    assert (check.symptoms, check.channel, check.day) == (["fever", "sore-throat"], "reply", DAY)
    with current_time.freeze(NOON + timedelta(days=1)):
        jobs.ask_contacts()
        assert Message.objects.filter(sort="contact-daily-check").count() == 2
        assert "sehat" in (receive_answer(said("0")) or "").lower()


def test_other_messages_and_other_phones_are_left_to_other_handlers(contact: Contact) -> None:
    for text, sender in (("STATUS KINI-7F3K-9Q2M", PHONE), ("halo", PHONE), ("0", "+6281299999999")):
        assert receive_answer(said(text, sender)) is None
    assert receive_answer(said(f"{short_code(contact)} 0", "+6281299999999")) is None
    assert short_code(contact) in (receive_answer(said("ABCD 1")) or "")
    assert "0" in (receive_answer(said("9")) or "")
    assert "0" in (receive_answer(said("0 1")) or "")
    assert DailyCheck.objects.count() == 0


def test_a_family_with_one_phone_answers_for_each(health: HealthCity, resident: Resident, contact: Contact) -> None:
    child = Resident.objects.create(name="Anak", area=health.east)
    FamilyTie.objects.create(resident=resident, member=child, relation="child")
    second = follow(health, child)
    jobs.ask_contacts()
    assert Message.objects.filter(user=resident.user, sort="contact-daily-check").count() == 2
    assert "kode" in (receive_answer(said("0")) or "")
    receive_answer(said(f"{short_code(second)} 0"))
    assert DailyCheck.objects.get().contact == second


def test_a_red_flag_alerts_the_tracers_of_the_area_at_once(
    health: HealthCity, contact: Contact, run_jobs: Callable[[], int]
) -> None:
    assert "112" in (receive_answer(said("3")) or "")
    run_jobs()
    alerts = Message.objects.filter(sort="contact-red-flag")
    assert [(each.user, each.urgent) for each in alerts] == [(health.tracer.user, True)]
    assert "Kontak Berakun" not in alerts.get().text
    [first, *_rest] = queries.work_list(health.by, DAY)
    assert first.standing.red_flag


def test_nobody_answers_so_the_tracer_calls(health: HealthCity, contact: Contact) -> None:
    without_profile = health.contact(health.case("Dua"), "Tanpa Akun")
    jobs.ask_contacts()
    assert Message.objects.filter(sort="contact-daily-check").count() == 1
    assert {item.contact for item in queries.work_list(health.by, DAY) if item.standing.is_due} == {
        contact, without_profile,
    }  # fmt: skip
    actions.record_check(by=system("tests"), contact=contact, channel="call", key="1", reached=False)
    [item] = [each for each in queries.work_list(health.by, DAY) if each.contact == contact]
    assert (item.failed_today, item.standing.is_due) == (1, True)


def test_the_page_asks_by_code_and_names_nobody(client: Client, contact: Contact) -> None:
    page = reverse("epidemic:daily-check", args=[contact.answer_code])
    assert link_scanner.scan([page]) == {page: 200}
    shown = client.get(page).content.decode()
    assert "Kontak Berakun" not in shown
    assert "COVID" not in shown
    assert client.post(page, {"key": "a", "answer": "symptoms"}).status_code == 422
    for _ in range(2):
        assert "112" in client.post(page, {"key": "a", "answer": "symptoms", "symptom": ["confusion"]}).content.decode()
    assert DailyCheck.objects.get().red_flag
    assert client.post(page, {"key": "b", "answer": "symptoms", "symptom": ["no-such"]}).status_code == 422
    actions.set_lost(by=system("tests"), contact=contact, reason="Moved away")
    for code in (contact.answer_code, "7F3K-9Q2M-V0XA-4TBE-8HJ5", "x"):
        assert client.get(reverse("epidemic:daily-check", args=[code])).status_code == 404


def test_wrong_codes_are_counted_by_network_and_right_ones_are_not(client: Client, contact: Contact) -> None:
    page = reverse("epidemic:daily-check", args=[contact.answer_code])
    for _phone_of_one_operator in range(65):
        assert client.get(page).status_code == 200
    wrong = reverse("epidemic:daily-check", args=["7F3K-9Q2M-V0XA-4TBE-8HJ5"])
    for number in range(60):
        assert client.get(wrong, REMOTE_ADDR=f"2001:db8::{number + 1:x}").status_code == 404
    assert client.get(wrong, REMOTE_ADDR="2001:db8::ffff").status_code == 429
    assert client.get(page, REMOTE_ADDR="2001:db8::ffff").status_code == 429
    assert client.get(page, REMOTE_ADDR="2001:db8:1::1").status_code == 200
