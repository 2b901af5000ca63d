"""Sign-in journeys in a browser."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from kini.core.models import AuditEntry, LimitCounter, OutboxMessage
from kini.people.models import Resident, User
from tests.environment import replace
from tests.people.conftest import PACK, PHONE, PHONE_TYPED, newest_code

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"
CODE = "/account/code/"


def ask(client: Client, contact: str = PHONE_TYPED, **more: str):
    return client.post(SIGN_IN, {"contact": contact, **more})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_a_new_number_signs_in_with_a_code_and_says_who_it_is(client):
    page = client.get("/sign-in/?next=/me/family/")
    assert "one-time" not in page.text
    assert 'value="/me/family/"' in page.text

    answer = ask(client, next="/me/family/")
    assert answer.url == f"{CODE}?next=%2Fme%2Ffamily%2F"
    page = client.get(answer.url)
    assert 'autocomplete="one-time-code"' in page.text
    assert 'inputmode="numeric"' in page.text
    assert "+62 812-3456-7890" in page.text
    assert 'class="bottom"' in page.text

    answer = client.post(CODE, {"code": newest_code(PHONE), "next": "/me/family/"})
    assert answer.url == "/me/profile/?next=%2Fme%2Ffamily%2F"
    assert signed_in(client)
    user = User.objects.get(phone=PHONE)
    assert user.phone_verified
    assert user.language == "id"

    answer = client.post("/me/profile/", {"name": "Siti Aminah", "next": "/me/family/"})
    assert answer.url == "/me/family/"
    assert Resident.objects.get(user=user).name == "Siti Aminah"


def test_a_known_person_goes_straight_to_where_they_were_going(client, resident):
    ask(client, next="/me/access-log/")
    answer = client.post(CODE, {"code": newest_code(PHONE), "next": "/me/access-log/"})
    assert answer.url == "/me/access-log/"
    assert AuditEntry.objects.filter(action="people.signed-in", actor_id=resident.user_id).count() == 1


def test_an_address_signs_in_too(client):
    ask(client, "Siti@Example.com")
    message = OutboxMessage.objects.get()
    assert (message.channel, message.recipient) == ("email", "siti@example.com")
    client.post(CODE, {"code": newest_code("siti@example.com")})
    assert signed_in(client)
    assert Resident.objects.get(user__email="siti@example.com").email == "siti@example.com"


def test_the_message_says_where_the_code_belongs(client):
    ask(client)
    message = OutboxMessage.objects.get()
    assert message.text.endswith(f"@testserver #{newest_code(PHONE)}")
    assert "Teluk Contoh" in message.text


@pytest.mark.parametrize("paste", ["{} {}", " {}{} ", "{}-{}"])
def test_a_pasted_code_may_have_spaces(client, paste):
    ask(client)
    code = newest_code(PHONE)
    client.post(CODE, {"code": paste.format(code[:3], code[3:])})
    assert signed_in(client)


def test_a_wrong_code_is_said_and_the_right_one_still_works(client):
    ask(client)
    code = newest_code(PHONE)
    page = client.post(CODE, {"code": wrong(code)})
    assert page.status_code == 422
    assert 'href="#code"' in page.text
    assert re.search(r"<title>\s*(Error|Kesalahan): ", page.text)
    assert not signed_in(client)
    client.post(CODE, {"code": code})
    assert signed_in(client)


@pytest.mark.parametrize("typed", ["", "abc", "１２３４５６", "12345\x01", "9" * 500, "<script>"])
def test_what_is_no_code_is_refused(client, typed):
    ask(client)
    page = client.post(CODE, {"code": typed})
    assert page.status_code == 422
    assert not signed_in(client)


@pytest.mark.parametrize(
    "typed", ["", "nonsense", "a\x01@example.com", "0812\x01", "9" * 5000, "<script>alert(1)</script>"]
)
def test_what_is_no_contact_is_refused_and_kept_on_the_page(client, typed):
    page = ask(client, typed)
    assert page.status_code == 422
    assert 'href="#contact"' in page.text
    assert "<script>alert" not in page.text
    assert not User.objects.exists()


def test_known_and_unknown_numbers_are_answered_alike(client, resident):
    stranger = Client()
    known, unknown = ask(client), ask(stranger, "0812 0000 9999")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)

    def body(browser: Client) -> str:
        page = browser.get(CODE).text
        return re.sub(r'<strong>[^<]+</strong>|value="\w{64}"', "", page)

    assert body(client) == body(stranger)


def test_a_code_that_was_sent_before_a_new_hash_key_signs_in(client, resident, settings):
    """Low 14: so does a later one, for the previous user of the browser."""
    new = "new:bmV3LWhhc2gta2V5LTMyLWJ5dGVzLWxvbmcuLi4uLi4="
    ask(client)
    settings.ENV = replace(settings.ENV, hash_key=f"{new},old:{settings.ENV.hash_key}")
    client.post(CODE, {"code": newest_code(PHONE)})
    assert signed_in(client)


def test_a_new_code_replaces_the_old_one(client):
    ask(client)
    old = newest_code(PHONE)
    answer = client.post(CODE, {"action": "resend"})
    assert answer.url == CODE
    new = newest_code(PHONE)
    if new != old:
        client.post(CODE, {"code": old})
        assert not signed_in(client)
    client.post(CODE, {"code": new})
    assert signed_in(client)


def test_a_number_can_be_changed_before_the_code_comes(client):
    ask(client, "0812 0000 9999")
    page = client.get(CODE)
    assert f'href="{SIGN_IN}"' in page.text
    assert client.get(SIGN_IN).status_code == 200
    ask(client)
    client.post(CODE, {"code": newest_code(PHONE)})
    assert User.objects.get(pk=client.session["_auth_user_id"]).phone == PHONE


def test_five_wrong_codes_end_a_session_s_code(client):
    ask(client)
    code = newest_code(PHONE)
    for _ in range(5):
        answer = client.post(CODE, {"code": wrong(code)})
    assert answer.status_code == 302
    client.post(CODE, {"code": code})
    assert not signed_in(client)


def test_numbers_stand_in_no_counter(client):
    ask(client)
    assert not any("6281234567890" in counter.key for counter in LimitCounter.objects.all())


def test_a_code_is_valid_for_ten_minutes(client, older_code):
    ask(client)
    older_code(601)
    client.post(CODE, {"code": newest_code(PHONE)})
    assert not signed_in(client)


@pytest.fixture
def older_code(client):
    """Age the code pending in the session."""

    def older(seconds: int) -> None:
        session = client.session
        session["account_login"]["state"]["stages"]["login_by_code"]["data"]["at"] -= seconds
        session.save()

    return older


def test_where_nothing_can_be_sent_that_is_said(client, settings):
    settings.ENV = replace(settings.ENV, outbox=False, sms="")
    page = ask(client)
    assert 'href="#contact"' in page.text
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "target", ["/me/\x01", "//evil.example", "javascript:alert(1)", "/\r\nX: y", "x" * 5000, "http://["]
)
def test_strange_places_to_go_to_break_nothing(client, resident, target):
    assert client.get("/sign-in/", {"next": target}).status_code == 200
    answer = ask(client, next=target)
    assert client.get(answer.url).status_code == 200
    answer = client.post(CODE, {"code": newest_code(PHONE), "next": target})
    assert answer.status_code == 302
    assert "evil" not in answer.url
    assert signed_in(client)


def test_one_does_not_leave_the_city(client, resident):
    ask(client, next="https://evil.example/")
    answer = client.post(CODE, {"code": newest_code(PHONE), "next": "https://evil.example/"})
    assert answer.url == reverse("web:home")


def test_a_closed_account_is_told_so_after_the_code(client, resident):
    User.objects.filter(pk=resident.user_id).update(is_active=False)
    ask(client)
    answer = client.post(CODE, {"code": newest_code(PHONE)}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("account_inactive")
    assert not signed_in(client)


def test_signing_out_needs_a_form(resident):
    browser = Client()
    browser.force_login(resident.user)
    assert browser.get("/sign-out/").status_code == 405
    assert signed_in(browser)
    browser.post("/sign-out/")
    assert not signed_in(browser)


@pytest.mark.parametrize("target", ["²", "999", "home", "https://evil.example/", "//evil.example"])
def test_signing_out_leads_to_pages_of_this_city_only(resident, target):
    browser = Client()
    browser.force_login(resident.user)
    assert browser.post("/sign-out/", {"next": target}).url == "/"
    assert not signed_in(browser)


def test_who_is_signed_in_is_not_asked_again(client, resident):
    client.force_login(resident.user)
    assert client.get("/sign-in/?next=/me/").url == "/me/"


def test_what_a_guest_began_can_be_carried_on_after_signing_in(client, resident):
    ask(client)
    guest = client.session["guest"]
    client.post(CODE, {"code": newest_code(PHONE)})
    assert client.session["guest"] == guest


@pytest.mark.parametrize(
    "path", ["signup/", "password/reset/", "password/change/", "email/", "phone/change/", "3rdparty/"]
)
def test_no_passwords_and_no_registration(client, path):
    assert client.get(f"/account/{path}").status_code == 404


def test_every_name_to_which_allauth_sends_people_leads_somewhere(client):
    for name in ("account_login", "account_request_login_code"):
        assert client.get(reverse(name) + "?next=/me/").url == "/sign-in/?next=/me/"
    assert client.get(CODE).url == reverse("account_request_login_code")


def test_the_subject_of_an_e_mail_does_not_tell_the_code(client):
    ask(client, "siti@example.com")
    message = OutboxMessage.objects.get()
    assert newest_code("siti@example.com") not in message.subject


@pytest.mark.parametrize("number", ["+882 16 1234 5678", "+44 7400 123456"])
def test_numbers_of_other_countries_are_told_to_use_e_mail(client, number):
    page = ask(client, number)
    assert page.status_code == 422
    assert "email" in page.text
    assert not OutboxMessage.objects.exists()


def test_the_pack_lists_the_countries_that_get_text_messages(client, running_pack):
    running_pack(PACK, {"messages.toml": 'sms_countries = ["GB"]'})
    assert ask(client, "+44 7400 123456").status_code == 302
    assert ask(Client()).status_code == 422
