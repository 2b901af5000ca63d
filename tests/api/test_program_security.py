"""The OpenID Connect provider under attack: each test is a way to more than the person allowed."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.idp.oidc.models import Client as Registered
from allauth.idp.oidc.models import Token
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from kini.core import current_time, retention
from kini.core.models import AuditEntry
from kini.messages.models import Message
from kini.people import actions as people_actions
from kini.people import client_assertion
from kini.people.models import ProgramConsent, UsedCredential
from tests.api.conftest import Program
from tests.api.test_programs import BACK, VERIFIER, answered, asking
from tests.api.test_programs import app as app
from tests.api.test_programs import browser as browser
from tests.cases.town import BY, Town
from tests.pagechecks import CheckedClient

ALL = ("openid", "profile:read", "cases:read")
TOKEN = "/identity/o/api/token"


def register(name: str, **changes: Any) -> people_actions.oauth_clients.RegisteredClient:
    fields = {
        "addresses": [BACK],
        "scopes": ["profile:read", "cases:read"],
        "keeps_secrets": False,
        "per_minute": 600,
    }
    return people_actions.register_client(by=BY, name=name, **(fields | changes))


def code_for(app: Registered, browser: CheckedClient, *scopes: str) -> str:
    page = browser.get(asking(app))
    return parse_qs(urlsplit(answered(browser, page.content, *(scopes or ALL))).query)["code"][0]


def exchange(app: Registered, code: str, **changes: str) -> Any:
    fields = {
        "grant_type": "authorization_code",
        "client_id": app.pk,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    return Client().post(TOKEN, fields | changes)


def renew(app: Registered, refresh_token: str) -> Any:
    fields = {"grant_type": "refresh_token", "client_id": app.pk, "refresh_token": refresh_token}
    return Client().post(TOKEN, fields)


def silently(app: Registered, browser: CheckedClient, **changes: str) -> dict[str, list[str]]:
    sent = browser.get(asking(app, prompt="none", **changes))
    assert sent.status_code == 302
    return parse_qs(urlsplit(sent["Location"]).query)


def test_allowing_one_program_allows_no_other(app: Registered, browser: CheckedClient, town: Town):
    """H1: a second program sends the person to `prompt=none` and gets nothing."""
    assert exchange(app, code_for(app, browser)).status_code == 200
    second = register("Second App").client
    assert silently(second, browser)["error"] == ["consent_required"]
    assert "code" in silently(app, browser)
    assert silently(app, browser, scope="openid cases:write")["error"] == ["consent_required"]


def test_a_stopped_program_stays_stopped(app: Registered, browser: CheckedClient, town: Town):
    tokens = exchange(app, code_for(app, browser)).json()
    waiting = silently(app, browser)["code"][0]
    assert "Tetangga App" in browser.get("/me/programs/").content.decode()
    browser.post(f"/me/programs/{app.pk}/stop/")
    assert Program(tokens["access_token"]).get("/cases").status_code == 401
    assert renew(app, tokens["refresh_token"]).status_code == 400
    assert exchange(app, waiting).status_code == 400
    assert silently(app, browser)["error"] == ["consent_required"]
    browser.get("/me/programs/")  # which says once that it was stopped
    assert "Tetangga App" not in browser.get("/me/programs/").content.decode()
    assert Token.objects.count() == 0


def test_a_program_stands_on_the_page_without_any_token(app: Registered, browser: CheckedClient, town: Town):
    code_for(app, browser)
    page = browser.get("/me/programs/").content.decode()
    assert "Tetangga App" in page
    assert "See your requests to the city" in page
    assert AuditEntry.objects.filter(action="people.program-allowed").count() == 1


def test_what_is_unticked_is_taken_back_with_its_tokens(app: Registered, browser: CheckedClient, town: Town):
    wide = exchange(app, code_for(app, browser)).json()
    narrow = exchange(app, code_for(app, browser, "openid", "profile:read")).json()
    assert ProgramConsent.objects.get().scopes == ["openid", "profile:read"]
    assert Program(wide["access_token"]).get("/me").status_code == 401
    assert Program(narrow["access_token"]).get("/me").status_code == 200
    assert silently(app, browser)["error"] == ["consent_required"]


@pytest.mark.parametrize("method", ["plain", ""])
def test_a_challenge_in_clear_is_refused(app: Registered, browser: CheckedClient, method: str):
    changes = {"code_challenge": VERIFIER, "code_challenge_method": method}
    query = asking(app, **changes) if method else asking(app, **changes).replace("&code_challenge_method=", "")
    sent = browser.get(query)
    assert sent.status_code == 302
    assert parse_qs(urlsplit(sent["Location"]).query)["error"] == ["invalid_request"]


def test_a_program_with_a_secret_needs_a_challenge_too(browser: CheckedClient):
    server = register("Server", keeps_secrets=True).client
    sent = browser.get(asking(server, code_challenge="", code_challenge_method=""))
    assert parse_qs(urlsplit(sent["Location"]).query)["error"] == ["invalid_request"]


@pytest.mark.parametrize(
    "address",
    [f"{BACK}?next=evil", f"{BACK}/", f"{BACK}/more", "https://app.example.org/bac", f"{BACK}#part", "https://app.example.org:444/back",
     "https://APP.example.org/back", "https://app.example.org@evil.example.org/back"],
)  # fmt: skip
def test_an_address_that_is_not_registered_as_it_stands_is_refused(
    app: Registered, browser: CheckedClient, address: str
):
    assert "Nothing was allowed" in browser.get(asking(app, redirect_uri=address)).content.decode()


def test_a_native_program_takes_any_port_of_loopback_and_nothing_else(browser: CheckedClient, town: Town):
    native = register("Native", addresses=["http://127.0.0.1:9000/back"]).client
    asks = lambda address: browser.get(asking(native, redirect_uri=address)).content.decode()  # noqa: E731
    assert "Allow Native?" in asks("http://127.0.0.1:41234/back")
    for address in ("http://127.0.0.1:41234/back?x=1", "http://localhost:9000/back", "http://127.0.0.1:99999/back"):
        assert "Nothing was allowed" in asks(address)


def test_a_code_that_comes_again_ends_what_it_gave(app: Registered, browser: CheckedClient, town: Town):
    code = code_for(app, browser)
    tokens = exchange(app, code).json()
    renewed = renew(app, tokens["refresh_token"]).json()
    other = exchange(app, code_for(app, browser)).json()
    again = exchange(app, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    for token in (tokens["access_token"], renewed["access_token"]):
        assert Program(token).get("/cases").status_code == 401
    assert renew(app, renewed["refresh_token"]).status_code == 400
    assert Program(other["access_token"]).get("/cases").status_code == 200, "another authorization lives on"


def test_a_refresh_token_that_comes_again_ends_its_family_and_the_person_is_told(
    app: Registered, browser: CheckedClient, town: Town, run_jobs: Callable[[], int]
):
    stolen = exchange(app, code_for(app, browser)).json()["refresh_token"]
    rightful = renew(app, stolen).json()
    assert renew(app, stolen).json()["error"] == "invalid_grant"
    assert Program(rightful["access_token"]).get("/cases").status_code == 401
    assert renew(app, rightful["refresh_token"]).status_code == 400
    revoked = AuditEntry.objects.get(action="people.program-tokens-revoked")
    assert revoked.detail["program"] == app.pk
    run_jobs()
    message = Message.objects.get(sort="program-revoked")
    assert (message.user, "Tetangga App" in message.text) == (town.resident.user, True)


def test_a_refresh_token_of_another_program_is_none(app: Registered, browser: CheckedClient, town: Town):
    tokens = exchange(app, code_for(app, browser)).json()
    other = register("Second App").client
    assert renew(other, tokens["refresh_token"]).status_code == 400
    assert renew(app, tokens["refresh_token"]).status_code == 200


def test_a_wrong_verifier_uses_the_code_up(app: Registered, browser: CheckedClient, town: Town):
    code = code_for(app, browser)
    assert exchange(app, code, code_verifier="x" * 50).status_code == 400
    assert exchange(app, code).status_code == 400
    assert Token.objects.count() == 0


def test_a_program_takes_back_only_its_own_tokens(app: Registered, browser: CheckedClient, town: Town):
    tokens = exchange(app, code_for(app, browser)).json()
    other = register("Second App").client
    revoke = lambda client: Client().post(  # noqa: E731
        "/identity/o/api/revoke", {"client_id": client.pk, "token": tokens["refresh_token"]}
    )
    revoke(other)
    assert Program(tokens["access_token"]).get("/cases").status_code == 200
    revoke(app)
    assert Program(tokens["access_token"]).get("/cases").status_code == 401


def subject_of(tokens: dict[str, Any]) -> str:
    return str(jwt.decode(tokens["id_token"], options={"verify_signature": False})["sub"])


def test_programs_know_a_person_under_different_identifiers(app: Registered, browser: CheckedClient, town: Town):
    second = register("Second App").client
    first_tokens, second_tokens = (exchange(each, code_for(each, browser)).json() for each in (app, second))
    mine, theirs = subject_of(first_tokens), subject_of(second_tokens)
    assert town.resident.user
    assert len({mine, theirs, str(town.resident.user.pk)}) == 3
    assert len(mine) == 64
    response = Client().get(
        "/identity/o/api/userinfo", headers={"Authorization": f"Bearer {first_tokens['access_token']}"}
    )
    assert response.json() == {"sub": mine}
    browser.post(f"/me/programs/{app.pk}/stop/")
    assert subject_of(exchange(app, code_for(app, browser)).json()) == mine, "allowed again, it is the same person"


def test_the_metadata_say_what_is_so(db: None):
    body = Client().get("/.well-known/openid-configuration").json()
    assert body["code_challenge_methods_supported"] == ["S256"]
    assert body["subject_types_supported"] == ["pairwise"]
    assert "private_key_jwt" in body["token_endpoint_auth_methods_supported"]


def test_wrong_secrets_are_counted_by_program_and_network(browser: CheckedClient, town: Town):
    registration = register("Server", keeps_secrets=True)
    code = code_for(registration.client, browser)
    for _try in range(10):
        assert exchange(registration.client, code, client_secret="wrong").status_code == 401
    assert exchange(registration.client, code, client_secret=registration.secret).status_code == 429
    other = register("Other", keeps_secrets=True)
    code = code_for(other.client, browser)
    assert exchange(other.client, code, client_secret=other.secret).status_code == 200


# Signed assertions


@pytest.fixture
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_pem(key: Any) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def assertion(client: Registered, key: Any, algorithm: str = "ES256", **changes: Any) -> str:
    claims = {
        "iss": client.pk,
        "sub": client.pk,
        "aud": f"http://testserver{TOKEN}",
        "exp": int(time.time()) + 60,
        "jti": changes.pop("jti", "first"),
    }
    claims_sent = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(claims_sent, key, algorithm=algorithm)


def by_assertion(signed: str) -> dict[str, str]:
    return {"client_assertion_type": client_assertion.ASSERTION_TYPE, "client_assertion": signed}


def test_a_program_signs_in_with_its_key(browser: CheckedClient, town: Town, key: ec.EllipticCurvePrivateKey):
    registration = register("Signer", keeps_secrets=True, keys=client_assertion.parse_public_keys(public_pem(key)))
    assert registration.secret == ""
    signed = by_assertion(assertion(registration.client, key))
    assert exchange(registration.client, code_for(registration.client, browser), **signed).status_code == 200
    again = exchange(registration.client, code_for(registration.client, browser), **signed)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    registration.client.set_secret("known")
    registration.client.save()
    assert (
        exchange(registration.client, code_for(registration.client, browser), client_secret="known").status_code == 401
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://other.example.org"},
        {"exp": int(time.time()) - 120},
        {"exp": int(time.time()) + 3600},
        {"exp": None},
        {"jti": None},
        {"iss": "another"},
        {"sub": "another"},
    ],
)
def test_an_assertion_that_is_not_for_this_moment_and_server_is_refused(
    browser: CheckedClient, town: Town, key: ec.EllipticCurvePrivateKey, wrong: dict[str, Any]
):
    registration = register("Signer", keeps_secrets=True, keys=client_assertion.parse_public_keys(public_pem(key)))
    signed = by_assertion(assertion(registration.client, key, **wrong))
    assert exchange(registration.client, code_for(registration.client, browser), **signed).status_code == 401


def test_an_assertion_of_another_key_or_kind_is_refused(
    browser: CheckedClient, town: Town, key: ec.EllipticCurvePrivateKey
):
    registration = register("Signer", keeps_secrets=True, keys=client_assertion.parse_public_keys(public_pem(key)))
    code = code_for(registration.client, browser)
    stranger = ec.generate_private_key(ec.SECP256R1())
    as_secret = "x" * 40  # the public key used as a shared secret would be the classic confusion
    for signed in (
        assertion(registration.client, stranger),
        assertion(registration.client, as_secret, "HS256"),
        assertion(registration.client, None, "none"),
        assertion(registration.client, rsa.generate_private_key(65537, 2048), "RS256"),
    ):
        assert exchange(registration.client, code, **by_assertion(signed)).status_code == 401
    right = by_assertion(assertion(registration.client, key)) | {"client_assertion_type": "other"}
    assert exchange(registration.client, code, **right).status_code == 401
    assert (
        exchange(
            registration.client, code, **by_assertion(assertion(registration.client, key, jti="second"))
        ).status_code
        == 200
    )


def test_keys_are_read_as_pem_and_as_a_set_and_nothing_weak_is_taken(key: ec.EllipticCurvePrivateKey):
    [read] = client_assertion.parse_public_keys(public_pem(key))
    assert client_assertion.parse_public_keys(json.dumps({"keys": [read]})) == [read]
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    short = public_pem(rsa.generate_private_key(65537, 1024))
    p384 = public_pem(ec.generate_private_key(ec.SECP384R1()))
    for text in (private, short, p384, "{}", "[]", '{"keys": []}', "hello", '{"kty": "oct", "k": "c2VjcmV0"}'):
        with pytest.raises(client_assertion.ClientKeyError):
            client_assertion.parse_public_keys(text)


def test_an_operator_registers_and_replaces_keys(
    db: None, capsys: pytest.CaptureFixture[str], tmp_path: Path, key: ec.EllipticCurvePrivateKey
):
    import argparse

    from kini.core import command_line
    from kini.people.commands import oauth_clients

    def verb(*words: str) -> str:
        parser = argparse.ArgumentParser()
        oauth_clients.arguments(parser)
        oauth_clients.run(parser.parse_args(words))
        return capsys.readouterr().out

    file = tmp_path / "key.pem"
    file.write_text(public_pem(key))
    output = verb("--add", "Signer", "--back", BACK, "--scopes", "cases:read", "--keys", str(file))
    client = Registered.objects.get()
    assert "client_secret" not in output
    assert client_assertion.client_keys(client) == client_assertion.parse_public_keys(public_pem(key))
    file.write_text(public_pem(ec.generate_private_key(ec.SECP256R1())))
    assert "new keys" in verb("--replace-keys", client.pk, "--keys", str(file))
    client.refresh_from_db()
    assert client_assertion.client_keys(client) != client_assertion.parse_public_keys(public_pem(key))
    with pytest.raises(command_line.CommandError, match="--keys"):
        verb("--replace-keys", client.pk)
    file.write_text("nothing")
    with pytest.raises(command_line.CommandError, match="cannot be used"):
        verb("--replace-keys", client.pk, "--keys", str(file))
    public = register("Public").client
    file.write_text(public_pem(key))
    with pytest.raises(command_line.CommandError, match="cannot authenticate by keys"):
        verb("--replace-keys", public.pk, "--keys", str(file))


# Around the program


def test_the_database_keeps_one_consent_and_one_use(app: Registered, town: Town):
    assert town.resident.user
    about = {"user": town.resident.user, "client": app}
    ProgramConsent.objects.create(**about, subject="a", allowed_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgramConsent.objects.create(**about, subject="b", allowed_at=timezone.now())
    UsedCredential.objects.create(**about, hash="h", family="h", used_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        UsedCredential.objects.create(**about, hash="h", family="i", used_at=timezone.now())


def test_used_credentials_are_forgotten_when_no_token_of_theirs_can_live(app: Registered, town: Town):
    assert town.resident.user
    use = {"by": BY, "client": app, "user": town.resident.user, "family": "f"}
    assert people_actions.mark_credential_used(credential="h", **use)
    assert not people_actions.mark_credential_used(credential="h", **use)
    with current_time.freeze(timezone.now() + timedelta(seconds=settings.IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN + 1)):
        retention.apply(retention.rules.get("people.used-credentials"))
    assert UsedCredential.objects.count() == 0
