"""A program asks a person for leave, acts for them, and is stopped."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.idp.oidc.models import Client as Registered
from allauth.idp.oidc.models import Token
from django.conf import settings as django_settings
from lxml import html

from kini.cli.command import all_verbs
from kini.core.models import AuditEntry
from kini.people import actions as people_actions
from kini.people.commands.oauth_clients import run
from tests.api.conftest import Program, Programs
from tests.cases.town import BY, Town
from tests.pagechecks import CheckedClient

BACK = "https://app.example.org/back"
VERIFIER = "a-verifier-that-is-long-enough-for-the-rule-of-43-characters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture
def app(db: None) -> Registered:
    registration = people_actions.register_client(
        by=BY,
        name="Tetangga App",
        addresses=[BACK],
        scopes=["profile:read", "cases:read", "cases:write"],
        keeps_secrets=False,
        per_minute=600,
    )
    return registration.client


@pytest.fixture
def browser(town: Town) -> CheckedClient:
    client = CheckedClient()
    client.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "en"
    assert town.resident.user
    client.force_login(town.resident.user)
    return client


def asking(app: Registered, **changes: str) -> str:
    query = {
        "response_type": "code",
        "client_id": app.pk,
        "redirect_uri": BACK,
        "scope": "openid profile:read cases:read",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return f"/identity/o/authorize?{urlencode(query | changes)}"


def answered(browser: CheckedClient, page: bytes, *scopes: str, action: str = "grant") -> str:
    """Redirect target after submitting the form of the page."""
    signed = html.fromstring(page).xpath("//input[@name='request']/@value")[0]
    sent = browser.post("/identity/o/authorize", {"request": signed, "scopes": scopes, "action": action})
    assert sent.status_code == 302, sent.content
    return str(sent["Location"])


def test_leave_is_asked_in_plain_words_and_given_in_part(app: Registered, browser: CheckedClient, town: Town):
    page = browser.get(asking(app))
    assert page.status_code == 200
    words = page.content.decode()
    assert "Allow Tetangga App?" in words
    assert "See your name and for whom in your family you may apply" in words
    assert "app.example.org" in words
    assert "form-action 'self' https://app.example.org" in page["Content-Security-Policy"]
    back = urlsplit(answered(browser, page.content, "openid", "profile:read"))
    code = parse_qs(back.query)
    assert (back.netloc, code["state"]) == ("app.example.org", ["s"])
    options = {
        "grant_type": "authorization_code",
        "client_id": app.pk,
        "code": code["code"][0],
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    assert browser.post("/identity/o/api/token", options | {"code_verifier": "x" * 50}).status_code == 400
    page = browser.get(asking(app))
    options["code"] = parse_qs(urlsplit(answered(browser, page.content, "openid", "profile:read")).query)["code"][0]
    tokens = browser.post("/identity/o/api/token", options).json()
    assert (tokens["token_type"], set(tokens["scope"].split())) == ("Bearer", {"openid", "profile:read"})
    program = Program(tokens["access_token"])
    assert program.get("/me").json()["name"] == "Warga Contoh"
    assert program.get("/cases").status_code == 403
    renewed = {"grant_type": "refresh_token", "client_id": app.pk, "refresh_token": tokens["refresh_token"]}
    assert Program(browser.post("/identity/o/api/token", renewed).json()["access_token"]).get("/me").status_code == 200


def test_without_pkce_there_is_no_code(app: Registered, browser: CheckedClient):
    refused = browser.get(asking(app, code_challenge="", code_challenge_method=""))
    assert refused.status_code != 200 or "grant" not in refused.content.decode()


def test_leave_that_is_not_given_gives_nothing(app: Registered, browser: CheckedClient):
    page = browser.get(asking(app))
    assert "error=access_denied" in answered(browser, page.content, "openid", action="cancel")
    nothing = browser.post(
        "/identity/o/authorize",
        {"request": html.fromstring(page.content).xpath("//input[@name='request']/@value")[0], "action": "grant"},
    )
    assert nothing.status_code == 422
    assert Token.objects.count() == 0


def test_a_wrong_request_is_told_on_our_page(app: Registered, browser: CheckedClient):
    wrong = browser.get(asking(app, redirect_uri="https://evil.example.org/"))
    assert "Nothing was allowed" in wrong.content.decode()
    assert browser.get("/identity/o/logout").status_code in (200, 302)


def test_a_program_may_ask_that_one_signs_in_again(app: Registered, browser: CheckedClient):
    sent = browser.get(asking(app, prompt="login"))
    page = browser.get(sent["Location"])
    assert page.status_code == 200
    onwards = html.fromstring(page.content).xpath("//main//input[@name='next']/@value")[0]
    assert browser.get(sent["Location"]).wsgi_request.user.is_authenticated  # a link alone ends no session
    signed_out = browser.post("/sign-out/", {"next": onwards})
    assert signed_out["Location"].startswith("/sign-in/?next=")
    assert "prompt" not in signed_out["Location"]
    assert not browser.get(signed_out["Location"]).wsgi_request.user.is_authenticated


def test_a_stranger_signs_in_first(app: Registered):
    sent = CheckedClient().get(asking(app))
    assert (sent.status_code, sent["Location"].startswith("/sign-in/?next=/identity/o/authorize")) == (302, True)


def test_a_person_sees_their_programs_and_stops_them(town: Town, browser: CheckedClient, program: Programs):
    assert "No program acts for you" in browser.get("/me/programs/").content.decode()
    act = program(town.resident, "cases:read")
    other = program(town.neighbour, "cases:read")
    page = browser.get("/me/programs/").content.decode()
    assert "See your requests to the city" in page
    mine, theirs = Registered.objects.order_by("created_at")
    assert f"/me/programs/{theirs.pk}/stop/" not in page
    assert browser.get(f"/me/programs/{theirs.pk}/stop/").status_code == 404
    assert browser.get(f"/me/programs/{mine.pk}/stop/").status_code == 200
    assert "can no longer" in browser.post(f"/me/programs/{mine.pk}/stop/", follow=True).content.decode()
    assert (act.get("/cases").status_code, other.get("/cases").status_code) == (401, 200)
    assert AuditEntry.objects.filter(action="people.program-stopped").count() == 1


def test_the_pages_speak_the_language_of_the_city(app: Registered, browser: CheckedClient):
    browser.cookies[django_settings.LANGUAGE_COOKIE_NAME] = "id"
    assert "Izinkan Tetangga App?" in browser.get(asking(app)).content.decode()
    assert "Program" in browser.get("/me/programs/").content.decode()


def test_an_operator_registers_lists_and_removes(db: None, capsys: pytest.CaptureFixture[str]):
    import argparse

    from kini.core import command_line
    from kini.people.commands import oauth_clients

    def verb(*words: str) -> str:
        parser = argparse.ArgumentParser()
        oauth_clients.arguments(parser)
        run(parser.parse_args(words))
        return capsys.readouterr().out

    assert "programs" in all_verbs()
    output = verb("--add", "Warung", "--back", BACK, "--scopes", "cases:read", "--server", "--per-minute", "50")
    client = Registered.objects.get()
    assert f"client_id: {client.pk}" in output
    assert client.check_secret(output.split("client_secret: ")[1].split()[0])
    assert f"{client.pk}  Warung  openid cases:read  {BACK}" in verb()
    with pytest.raises(command_line.CommandError, match="no scope"):
        verb("--add", "Warung", "--back", BACK, "--scopes", "everything")
    with pytest.raises(command_line.CommandError, match="--back"):
        verb("--add", "Warung")
    assert "was removed" in verb("--remove", client.pk)
    with pytest.raises(command_line.CommandError, match="there is no program"):
        verb("--remove", client.pk)
