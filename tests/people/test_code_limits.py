"""Limits on sign-in codes: few guesses, and no lock-out by an attacker."""

import logging
from dataclasses import replace

import pytest
from django.test import Client

from kini.core.models import AuditEntry, LimitCounter, OutboxMessage
from kini.people import actions, code_limits
from kini.people.actions.devices import MOST_DEVICES
from kini.people.code_limits import LONG_DIGITS, SHORT_DIGITS, TRIES_PER_CODE, CodeRequester, count_guess
from kini.people.contacts import Contact
from kini.people.models import KnownDevice
from tests.pagechecks import CheckedClient
from tests.people.conftest import PHONE, PHONE_TYPED, acting, newest_code, newest_message

pytestmark = pytest.mark.django_db
CODE = "/account/code/"
OTHER_NETWORK = "198.51.100.7"


def browser(network: str = "127.0.0.1") -> Client:
    return CheckedClient(REMOTE_ADDR=network)


def ask(client: Client, contact: str = PHONE_TYPED) -> int:
    return client.post("/sign-in/", {"contact": contact}).status_code


def digits() -> int:
    """Return the length of the code in the newest message."""
    return len(newest_message(PHONE).text.rpartition("#")[2])


def enter(client: Client) -> bool:
    client.post(CODE, {"code": newest_message(PHONE).text.rpartition("#")[2]})
    return signed_in(client)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def attack(networks: int = 3) -> None:
    """Exhaust the guesses at short codes for a number."""
    for number in range(networks):
        stranger = browser(f"203.0.113.{number}")
        ask(stranger)
        right = newest_message(PHONE).text.rpartition("#")[2]
        for _ in range(TRIES_PER_CODE - 1):
            stranger.post(CODE, {"code": f"{(int(right) + 1) % 10 ** len(right):0{len(right)}d}"})


def test_the_arithmetic_of_the_docstring():
    day = code_limits.DAY

    def a_day(limit: code_limits.Limit) -> int:
        return limit.count * day // limit.seconds

    short, long = 10.0**-SHORT_DIGITS, 10.0**-LONG_DIGITS
    strangers = a_day(code_limits.GUESSES_FOR_CONTACT) * short
    long_codes = a_day(code_limits.SENT_TO_CONTACT) * TRIES_PER_CODE * long
    assert strangers <= 1e-5
    assert long_codes < 1e-8
    assert a_day(code_limits.GUESSES_ON_DEVICE[1]) * short <= 4e-5
    assert 41 <= 1 / (a_day(code_limits.GUESSES_IN_ALL) * short) <= 42


def test_guesses_of_strangers_stay_counted_over_codes_sessions_and_networks():
    limit = code_limits.GUESSES_FOR_CONTACT.count
    for number in range(limit):
        count_guess(CodeRequester(Contact("phone", PHONE), f"203.0.113.{number}"), SHORT_DIGITS)
    with pytest.raises(code_limits.GuessesExhausted):
        count_guess(CodeRequester(Contact("phone", PHONE), OTHER_NETWORK), SHORT_DIGITS)


def test_nobody_locks_the_owner_out_on_a_new_device(resident):
    attack()
    owner = browser(OTHER_NETWORK)
    assert ask(owner) == 302
    assert digits() == LONG_DIGITS
    assert enter(owner)


def test_the_right_short_code_is_refused_after_too_many_guesses(resident):
    owner = browser(OTHER_NETWORK)
    ask(owner)
    code = newest_code(PHONE)
    attack()
    answer = owner.post(CODE, {"code": code}, follow=True)
    assert not signed_in(owner)
    assert answer.redirect_chain[-1][0] == "/sign-in/"
    assert 'class="notice bad"' in answer.text


def test_a_remembered_device_goes_on_with_short_codes(resident):
    owner = browser(OTHER_NETWORK)
    ask(owner)
    assert enter(owner)
    owner.post("/sign-out/")
    attack()
    assert ask(owner) == 302
    assert digits() == SHORT_DIGITS
    assert enter(owner)


def test_the_owner_s_success_gives_strangers_no_further_guesses(resident):
    attack(1)
    owner = browser(OTHER_NETWORK)
    ask(owner)
    enter(owner)
    counter = LimitCounter.objects.get(key__startswith="people.code-guesses:")
    assert counter.count == TRIES_PER_CODE - 1


def test_wrong_codes_from_one_network_are_limited_and_logged(resident, caplog, monkeypatch):
    monkeypatch.setattr(code_limits, "GUESSES_FROM_NETWORK", replace(code_limits.GUESSES_FROM_NETWORK, count=3))
    caplog.set_level(logging.WARNING)
    for number in range(4):
        stranger = browser()
        ask(stranger, f"0812 0000 000{number}")
        stranger.post(CODE, {"code": "000000"})
    security = [record.getMessage() for record in caplog.records if record.name == "kini.security"]
    assert sum("code-refused" in line for line in security) == 3
    assert sum("code-guesses-from-network" in line for line in security) == 1
    assert not any("62812" in line for line in security)
    owner = browser()
    ask(owner)
    assert digits() == LONG_DIGITS, "everybody behind that network goes on, with long codes"
    assert enter(owner)


def test_guesses_in_the_whole_city_lengthen_codes_and_stop_nobody(resident, monkeypatch):
    monkeypatch.setattr(code_limits, "GUESSES_IN_ALL", replace(code_limits.GUESSES_IN_ALL, count=1))
    attack(1)
    owner = browser(OTHER_NETWORK)
    assert ask(owner) == 302
    assert digits() == LONG_DIGITS
    assert enter(owner)


def test_a_wrong_long_code_ends_it_after_a_few_tries(resident):
    attack()
    owner = browser(OTHER_NETWORK)
    ask(owner)
    right = newest_message(PHONE).text.rpartition("#")[2]
    for _ in range(TRIES_PER_CODE):
        owner.post(CODE, {"code": "0" * LONG_DIGITS})
    owner.post(CODE, {"code": right})
    assert not signed_in(owner)


def test_one_network_asks_for_a_few_codes_and_stops_no_other(resident):
    limit = code_limits.SENT_TO_CONTACT_FROM_NETWORK[0].count
    for _ in range(limit):
        assert ask(browser()) == 302
    stranger = browser()
    page = stranger.post("/sign-in/", {"contact": PHONE_TYPED})
    assert page.status_code == 429
    assert PHONE_TYPED in page.text
    assert OutboxMessage.objects.count() == limit
    assert ask(browser(), "0812 0000 9999") == 302
    assert ask(browser(OTHER_NETWORK)) == 302


def test_a_new_code_counts_as_a_code(resident):
    client = browser()
    ask(client)
    limit = code_limits.SENT_TO_CONTACT_FROM_NETWORK[0].count
    for _ in range(limit - 1):
        ask(browser())
    answer = client.post(CODE, {"action": "resend"}, follow=True)
    assert 'class="notice bad"' in answer.text
    assert OutboxMessage.objects.count() == limit


def test_many_networks_together_send_no_more_than_one_contact_bears(resident):
    limit = code_limits.SENT_TO_CONTACT.count
    assert [ask(browser(f"203.0.113.{number}")) for number in range(limit)] == [302] * limit
    assert ask(browser(OTHER_NETWORK)) == 429


@pytest.mark.parametrize("limit", ["SENT_FOR_NETWORK", "SENT_IN_ALL"])
def test_codes_for_one_network_and_in_all_are_limited(monkeypatch, limit):
    code_limit = getattr(code_limits, limit)
    two = {kind: replace(each, count=2) for kind, each in code_limit.items()} if limit == "SENT_IN_ALL" else None
    monkeypatch.setattr(code_limits, limit, two or replace(code_limit, count=2))
    for number in ("0812 0000 0001", "0812 0000 0002"):
        assert ask(browser(), number) == 302
    assert ask(browser(), "0812 0000 0003") == 429
    assert ask(browser(OTHER_NETWORK), "siti@example.com") == 302, "text messages cost, e-mail goes on"


def test_a_flood_of_strangers_does_not_stop_remembered_devices(resident, monkeypatch):
    owner = browser()
    ask(owner)
    enter(owner)
    owner.post("/sign-out/")
    none = {kind: replace(each, count=0) for kind, each in code_limits.SENT_IN_ALL.items()}
    monkeypatch.setattr(code_limits, "SENT_IN_ALL", none)
    assert ask(browser(OTHER_NETWORK)) == 429
    assert ask(owner) == 302
    assert enter(owner)


def test_a_wrong_code_is_audited_without_the_contact(resident):
    stranger = browser()
    ask(stranger)
    stranger.post(CODE, {"code": "000000"})
    entry = AuditEntry.objects.get(action="people.sign-in-failed")
    assert entry.subject == f"user:{resident.user_id}"
    assert entry.detail == {"step": "code"}


def test_a_new_device_is_told_to_the_person_and_the_first_is_not(resident):
    actions.change_contact(by=acting(resident), user=resident.user, contact=Contact("email", "siti@example.com"))
    first, second = browser(), browser()
    OutboxMessage.objects.all().delete()
    ask(first)
    enter(first)
    assert OutboxMessage.objects.count() == 1, "the code alone"
    ask(second)
    enter(second)
    assert {message.recipient for message in notices()} == {PHONE, "siti@example.com"}
    assert AuditEntry.objects.filter(action="people.new-device").count() == 2
    second.post("/sign-out/")
    ask(second)
    enter(second)
    assert len(notices()) == 2, "it is known by now"


def notices() -> list[OutboxMessage]:
    """Return messages without a code."""
    return [message for message in OutboxMessage.objects.all() if "#" not in message.text]


def test_a_device_can_be_forgotten(resident):
    client = browser()
    ask(client)
    enter(client)
    device = KnownDevice.objects.get()
    page = client.get("/me/sessions/")
    assert f"/me/sessions/devices/{device.pk}/forget/" in page.text
    assert client.post(f"/me/sessions/devices/{device.pk}/forget/").status_code == 302
    assert not KnownDevice.objects.exists()


def test_nobody_forgets_another_s_device(resident, person):
    client, other = browser(), browser()
    ask(client)
    enter(client)
    other.force_login(person("+6281299999999", "Orang Lain").user)
    assert other.post(f"/me/sessions/devices/{KnownDevice.objects.get().pk}/forget/").status_code == 404


def test_signing_out_everywhere_else_forgets_the_other_devices(resident):
    here, there = browser(), browser()
    for client in (there, here):
        ask(client)
        enter(client)
    assert KnownDevice.objects.count() == 2
    here.post("/me/sessions/others/end/")
    assert KnownDevice.objects.count() == 1
    assert "device" in here.cookies


def test_a_forged_device_cookie_is_a_strange_device(resident):
    client = browser()
    ask(client)
    enter(client)
    client.post("/sign-out/")
    client.cookies["device"] = client.cookies["device"].value[:-2] + "xx"
    attack()
    ask(client)
    assert digits() == LONG_DIGITS


def test_only_the_latest_devices_are_remembered(resident):
    for number in range(MOST_DEVICES + 2):
        actions.remember_device(
            by=acting(resident), user=resident.user, device_hash=bytes([number] * 32), name="Firefox"
        )
    assert KnownDevice.objects.count() == MOST_DEVICES
