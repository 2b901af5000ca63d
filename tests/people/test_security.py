"""Second factors: authenticator app, recovery codes, passkeys. The client checks every page."""

import base64
import json
import logging
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.urls import reverse

from kini.core.models import AuditEntry, OutboxMessage
from kini.people import actions, recent_authentication
from tests.environment import replace
from tests.people.conftest import BY, PHONE, PHONE_TYPED, acting, newest_code, newest_message, prove
from tests.people.softkey import SoftKey

pytestmark = pytest.mark.django_db


def app_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def key_on(page) -> str:
    """Return the key to type into the app."""
    match = re.search(r">((?:[A-Z2-7]{4} ?){8})<", page.text)
    assert match
    return match[1].replace(" ", "")


def wrong_code(secret: str) -> str:
    right = {format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)) for step in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right)


@pytest.fixture
def secret(signed_in: Client) -> str:
    """Activate the authenticator app."""
    prove(signed_in)
    page = signed_in.get(reverse("mfa_activate_totp"))
    key = key_on(page)
    answer = signed_in.post(reverse("mfa_activate_totp"), {"code": app_code(key)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    return key


def codes_of(client: Client) -> list[str]:
    return re.findall(r"<li>\s*(\d{8})\s*</li>", client.get(reverse("mfa_view_recovery_codes")).text)


def test_the_security_page_says_how_things_stand(signed_in):
    assert signed_in.get(reverse("mfa_index")).status_code == 200
    assert signed_in.get(reverse("mfa_list_webauthn")).status_code == 200


def test_a_wrong_code_of_the_app_is_said(signed_in):
    prove(signed_in)
    page = signed_in.get(reverse("mfa_activate_totp"))
    page = signed_in.post(reverse("mfa_activate_totp"), {"code": wrong_code(key_on(page))})
    assert 'href="#id_code"' in page.text
    assert not Authenticator.objects.exists()


def test_with_the_app_signing_in_takes_a_second_step(client, secret):
    client.post("/sign-out/")
    client.post("/sign-in/", {"contact": PHONE_TYPED, "next": "/me/family/"})
    answer = client.post("/account/code/", {"code": newest_code(PHONE), "next": "/me/family/"})
    assert answer.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.get(answer.url).status_code == 200
    page = client.post(answer.url, {"code": wrong_code(secret)})
    assert 'href="#id_code"' in page.text
    assert client.post(answer.url, {"code": app_code(secret)}).url == "/me/family/"
    assert "_auth_user_id" in client.session


def test_a_recovery_code_lets_in_once(client, secret):
    recovery = codes_of(client)
    assert len(recovery) == 10
    for allowed in (True, False):
        client.post("/sign-out/")
        client.post("/sign-in/", {"contact": PHONE_TYPED})
        client.post("/account/code/", {"code": newest_code(PHONE)})
        client.post(reverse("mfa_authenticate"), {"code": recovery[0]})
        assert ("_auth_user_id" in client.session) == allowed


def test_changing_how_one_signs_in_asks_whether_it_is_still_oneself(client, secret):
    client.post("/sign-out/")
    client.post("/sign-in/", {"contact": PHONE_TYPED})
    client.post("/account/code/", {"code": newest_code(PHONE)})
    client.post(reverse("mfa_authenticate"), {"code": codes_of_secret(client, secret)})
    for name in ("mfa_deactivate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn"):
        assert client.get(reverse(name)).url.startswith(reverse("mfa_reauthenticate"))
    assert client.get("/me/profile/phone/").url.startswith(reverse("mfa_reauthenticate"))
    page = client.get(f"{reverse('mfa_reauthenticate')}?next={reverse('mfa_generate_recovery_codes')}")
    assert page.status_code == 200


def codes_of_secret(client: Client, secret: str) -> str:
    """Return an unused code of the app; each is accepted once."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + 1))


def test_recovery_codes_are_made_anew_and_saved(signed_in, secret):
    before = codes_of(signed_in)
    assert before[0] in signed_in.get(reverse("mfa_download_recovery_codes")).text
    assert signed_in.get(reverse("mfa_generate_recovery_codes")).status_code == 200
    signed_in.post(reverse("mfa_generate_recovery_codes"))
    assert set(before).isdisjoint(codes_of(signed_in))


def test_secrets_are_encrypted_at_rest_and_rotate(signed_in, secret, settings):
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        assert secret not in cursor.fetchone()[0]
    new = base64.b64encode(b"n" * 32).decode()
    settings.ENV = replace(settings.ENV, data_keys=f"new:{new},{settings.ENV.data_keys}")
    actions.rotate_keys(by=BY)
    settings.ENV = replace(settings.ENV, data_keys=f"new:{new}")
    assert Authenticator.objects.get(type="totp").wrap().validate_code(codes_of_secret(signed_in, secret))


def test_other_people_s_passkeys_are_not_there(signed_in, person):
    prove(signed_in)
    other = person("+6281299999999", "Orang Lain")
    key = Authenticator.objects.create(user=other.user, type="webauthn", data={"name": "Kunci", "credential": {}})
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        assert signed_in.get(reverse(name, args=[key.pk])).status_code == 404
        assert signed_in.post(reverse(name, args=[key.pk]), {"name": "Diubah"}).status_code == 404


BROKEN = [
    "",
    "{}",
    "nonsense",
    '{"id": "x"}',
    "[]",
    '{"id": "x", "rawId": "x", "response": {}, "type": 1}',
    "[" * 90_000,
]


@pytest.mark.parametrize("credential", BROKEN)
def test_a_broken_new_passkey_is_refused(signed_in, credential):
    prove(signed_in)
    signed_in.get(reverse("mfa_add_webauthn"))
    page = signed_in.post(reverse("mfa_add_webauthn"), {"name": "Ponsel", "credential": credential})
    assert "data-error-summary" in page.text
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("credential", BROKEN)
def test_a_broken_passkey_is_refused(client, credential):
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert answer.url == reverse("account_login")


def test_the_browser_can_ask_for_a_passkey(client):
    answer = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"})
    assert answer.json()["request_options"]["publicKey"]["challenge"]


def test_what_the_scripts_look_for_is_on_the_page(client):
    page = client.get("/sign-in/")
    for name in ("passkey-button", "passkey-credential"):
        assert f'id="{name}"' in page.text


def js_data(page) -> dict:
    match = re.search(r'<script id="js_data" type="application/json">(.+?)</script>', page.text)
    assert match
    return json.loads(match[1])


@pytest.fixture
def passkey(signed_in: Client) -> SoftKey:
    """Add a passkey to the account."""
    prove(signed_in)
    key = SoftKey()
    options = js_data(signed_in.get(reverse("mfa_add_webauthn")))["creation_options"]
    form_fields = {"name": "Ponsel saya", "passwordless": "on", "credential": key.create(options)}
    answer = signed_in.post(reverse("mfa_add_webauthn"), form_fields)
    assert answer.url == reverse("mfa_view_recovery_codes")
    return key


def test_a_passkey_signs_in_alone(client, passkey):
    assert len(codes_of(client)) == 10
    client.post("/sign-out/")
    options = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"}).json()[
        "request_options"
    ]
    answer = client.post(reverse("mfa_login_webauthn"), {"credential": passkey.get(options), "next": "/me/family/"})
    assert answer.url == "/me/family/"
    assert "_auth_user_id" in client.session


def test_a_passkey_of_nobody_does_not(client, passkey):
    client.post("/sign-out/")
    stranger = SoftKey(user=passkey.user)
    options = client.get(reverse("mfa_login_webauthn"), headers={"accept": "application/json"}).json()[
        "request_options"
    ]
    client.post(reverse("mfa_login_webauthn"), {"credential": stranger.get(options)})
    assert "_auth_user_id" not in client.session


def test_a_passkey_is_the_second_step_after_a_code(client, passkey):
    client.post("/sign-out/")
    client.post("/sign-in/", {"contact": PHONE_TYPED})
    client.post("/account/code/", {"code": newest_code(PHONE)})
    options = js_data(client.get(reverse("mfa_authenticate")))["request_options"]
    client.post(reverse("mfa_authenticate"), {"credential": passkey.get(options)})
    assert "_auth_user_id" in client.session
    page = client.get(reverse("mfa_reauthenticate_webauthn"))
    answer = client.post(
        f"{reverse('mfa_reauthenticate_webauthn')}?next=/me/profile/phone/",
        {"credential": passkey.get(js_data(page)["request_options"])},
    )
    assert answer.url == "/me/profile/phone/"
    assert client.get(answer.url).status_code == 200


def test_a_passkey_is_renamed_and_removed(signed_in, passkey):
    key = Authenticator.objects.get(type="webauthn")
    assert "Ponsel saya" in signed_in.get(reverse("mfa_list_webauthn")).text
    rename, remove = (reverse(name, args=[key.pk]) for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"))
    assert "Ponsel saya" in signed_in.get(rename).text
    assert "data-error-summary" in signed_in.post(rename, {"name": ""}).text
    signed_in.post(rename, {"name": "<b>Tablet</b>"})
    page = signed_in.get(reverse("mfa_list_webauthn"))
    assert "&lt;b&gt;Tablet" in page.text
    assert signed_in.get(remove).status_code == 200
    signed_in.post(remove)
    assert not Authenticator.objects.exists()
    assert signed_in.get(reverse("mfa_index")).status_code == 200


def test_the_app_is_switched_off_again(signed_in, secret):
    assert signed_in.get(reverse("mfa_index")).status_code == 200
    assert signed_in.get(reverse("mfa_deactivate_totp")).status_code == 200
    signed_in.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()


WAYS = ("mfa_activate_totp", "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_generate_recovery_codes")


@pytest.mark.parametrize("name", WAYS)
def test_an_open_session_alone_changes_no_way_to_sign_in(signed_in, name):
    for answer in (signed_in.get(reverse(name)), signed_in.post(reverse(name))):
        assert answer.url == f"/me/proof/?next={reverse(name).replace('/', '%2F')}"
    assert signed_in.get("/me/profile/phone/").url.startswith("/me/proof/")


def test_a_code_proves_that_it_is_still_the_person(signed_in):
    page = signed_in.get(f"/me/proof/?next={reverse('mfa_activate_totp')}")
    assert "+62 •••• 890" in page.text
    page = signed_in.post("/me/proof/", {"to": "phone", "next": reverse("mfa_activate_totp")})
    assert 'autocomplete="one-time-code"' in page.text
    page = signed_in.post("/me/proof/", {"code": "x"})
    assert page.status_code == 422
    form_fields = {"code": newest_code(PHONE), "next": reverse("mfa_activate_totp")}
    answer = signed_in.post("/me/proof/", form_fields)
    assert answer.url == reverse("mfa_activate_totp")
    assert signed_in.get(answer.url).status_code == 200


def test_a_proof_is_asked_for_again_after_some_minutes(signed_in, monkeypatch):
    prove(signed_in)
    assert signed_in.get(reverse("mfa_activate_totp")).status_code == 200
    later = time.time() + recent_authentication.VALID_SECONDS
    monkeypatch.setattr(recent_authentication.time, "time", lambda: later)
    assert signed_in.get(reverse("mfa_activate_totp")).status_code == 302


def test_a_sign_in_just_now_is_a_proof(client, resident):
    client.post("/sign-in/", {"contact": PHONE_TYPED})
    client.post("/account/code/", {"code": newest_code(PHONE)})
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200


@pytest.mark.parametrize("given", [{"to": "email"}, {"to": "nobody"}, {}])
def test_a_proof_goes_only_to_a_contact_of_the_account(signed_in, given):
    assert signed_in.post("/me/proof/", given).status_code == 422
    assert not OutboxMessage.objects.exists()


def test_wrong_proofs_end_the_code(signed_in):
    signed_in.post("/me/proof/", {"to": "phone"})
    code = newest_code(PHONE)
    for _ in range(5):
        signed_in.post("/me/proof/", {"code": f"{(int(code) + 1) % 10**6:06d}"})
    signed_in.post("/me/proof/", {"code": code})
    assert signed_in.get(reverse("mfa_activate_totp")).status_code == 302


def test_a_passkey_added_and_removed_is_told_and_audited(signed_in, passkey):
    assert "kunci sandi ditambahkan" in newest_message(PHONE).text
    key = Authenticator.objects.get(type="webauthn")
    signed_in.post(reverse("mfa_remove_webauthn", args=[key.pk]))
    assert "kunci sandi dihapus" in newest_message(PHONE).text
    entries = AuditEntry.objects.filter(action="people.second-step-changed").order_by("pk")
    assert [entry.detail["event"] for entry in entries] == ["webauthn_added", "webauthn_removed"]


def test_the_app_switched_on_is_told(signed_in, django_capture_on_commit_callbacks):
    prove(signed_in)
    key = key_on(signed_in.get(reverse("mfa_activate_totp")))
    with django_capture_on_commit_callbacks(execute=True):
        signed_in.post(reverse("mfa_activate_totp"), {"code": app_code(key)})
    assert "aplikasi autentikator ditambahkan" in newest_message(PHONE).text


def test_a_wrong_second_step_is_logged_and_audited(client, secret, caplog):
    client.post("/sign-out/")
    client.post("/sign-in/", {"contact": PHONE_TYPED})
    client.post("/account/code/", {"code": newest_code(PHONE)})
    caplog.set_level(logging.WARNING)
    client.post(reverse("mfa_authenticate"), {"code": wrong_code(secret)})
    assert any("second-step-refused" in record.getMessage() for record in caplog.records)
    assert AuditEntry.objects.get(action="people.sign-in-failed").detail == {"step": "second-step"}


def test_a_program_that_is_allowed_is_told_once(resident):
    registration = actions.register_client(
        by=BY, name="Tetangga App", addresses=["https://a.example"], scopes=[], keeps_secrets=False, per_minute=60
    )
    for _time in range(2):
        form_fields = {"user": resident.user, "client": registration.client, "asked": ["openid"], "granted": ["openid"]}
        actions.authorize_client(by=acting(resident), **form_fields)
    assert "Tetangga App" in OutboxMessage.objects.get(recipient=PHONE).text
