"""Second steps: authenticator app, recovery codes, passkeys. The client checks every page."""

import base64
import json
import re
import time
from dataclasses import replace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from django.urls import reverse

from kini.people import actions
from tests.people.conftest import BY, PHONE, PHONE_TYPED, newest_code
from tests.people.softkey import SoftKey

pytestmark = pytest.mark.django_db


def app_code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def key_on(page) -> str:
    """The key that one types into the app."""
    found = re.search(r">((?:[A-Z2-7]{4} ?){8})<", page.text)
    assert found
    return found[1].replace(" ", "")


def wrong_code(secret: str) -> str:
    right = {format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)) for step in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in right)


@pytest.fixture
def secret(signed_in: Client) -> str:
    """Switches the authenticator app on."""
    page = signed_in.get(reverse("mfa_activate_totp"))
    key = key_on(page)
    answer = signed_in.post(reverse("mfa_activate_totp"), {"code": app_code(key)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    return key


def codes_of(client: Client) -> list[str]:
    return re.findall(r"<li>(\d{8})</li>", client.get(reverse("mfa_view_recovery_codes")).text)


def test_the_security_page_says_how_things_stand(signed_in):
    assert signed_in.get(reverse("mfa_index")).status_code == 200
    assert signed_in.get(reverse("mfa_list_webauthn")).status_code == 200


def test_a_wrong_code_of_the_app_is_said(signed_in):
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
    """A code of the app that was not used yet: each is taken once."""
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
    found = re.search(r'<script id="js_data" type="application/json">(.+?)</script>', page.text)
    assert found
    return json.loads(found[1])


@pytest.fixture
def passkey(signed_in: Client) -> SoftKey:
    """Adds a passkey to the account."""
    key = SoftKey()
    options = js_data(signed_in.get(reverse("mfa_add_webauthn")))["creation_options"]
    given = {"name": "Ponsel saya", "passwordless": "on", "credential": key.create(options)}
    answer = signed_in.post(reverse("mfa_add_webauthn"), given)
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
