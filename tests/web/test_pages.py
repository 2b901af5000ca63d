import logging

import pytest
from django.http import HttpRequest
from django.test import Client
from django.utils.safestring import SafeString, mark_safe
from pytest_django import Settings

from kini.core.registry import Registry
from kini.web.home import HomeSection
from kini.web.navigation import NavItem
from tests.pagechecks import CheckedClient


def test_the_city_speaks_its_first_language_whatever_the_browser_asks_for(client: CheckedClient) -> None:
    response = client.get("/", headers={"Accept-Language": "en"})
    assert response.headers["Content-Language"] == "de"
    assert b'<html lang="de">' in response.content


def test_switching_the_language_keeps_the_page(client: CheckedClient) -> None:
    response = client.post("/language", {"language": "id", "next": "/question?step=2"}, follow=True)
    assert response.redirect_chain == [("/question?step=2", 302)]
    assert b'<html lang="id">' in response.content
    assert b'value="/question?step=2"' in response.content


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_switching_the_language_leads_nowhere_else(client: CheckedClient, elsewhere: str) -> None:
    assert client.post("/language", {"language": "id", "next": elsewhere}).headers["Location"] == "/"


def test_a_language_the_city_does_not_speak_is_not_kept(client: CheckedClient) -> None:
    assert not client.post("/language", {"language": "fr"}).cookies
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert not client.post("/language", {"language": "id"}, headers=elsewhere).cookies, "sent by a page of another site"
    client.cookies["kini_language"] = "fr"
    assert client.get("/").headers["Content-Language"] == "de"


def test_home_is_made_of_what_the_rooms_registered(client: CheckedClient, home_parts: Registry[HomeSection]) -> None:
    def part(words: str) -> SafeString:
        return mark_safe(f"<p>{words}</p>")

    def nothing(request: HttpRequest) -> SafeString | None:
        return None

    home_parts.register("second", HomeSection(20, lambda request: part("second")))
    home_parts.register("first", HomeSection(10, lambda request: part("first")))
    home_parts.register("silent", HomeSection(5, nothing))
    home_parts.register("beside", HomeSection(5, lambda request: part("beside"), "aside"))
    page = client.get("/").content.decode()
    assert page.index("<p>first</p>") < page.index("<p>second</p>") < page.index("<p>beside</p>")


def test_home_searches_where_the_search_is(client: CheckedClient, navigation_entries: Registry[NavItem]) -> None:
    assert b'role="search"' not in client.get("/").content
    navigation_entries.register("search", NavItem("services", "Search services", "search", place="search"))
    assert b'<form class="search" role="search" action="/services/"' in client.get("/").content


def test_the_citys_colours_are_a_stylesheet_that_may_be_kept(client: CheckedClient) -> None:
    page = client.get("/").content.decode()
    address = page.split('href="/theme.css')[1].split('"')[0]
    versioned, bare = client.get(f"/theme.css{address}"), client.get("/theme.css")
    assert versioned.content.startswith(b":root{--brand-900:#")
    assert "max-age=31536000" in versioned.headers["Cache-Control"]
    assert "max-age=300" in bare.headers["Cache-Control"]


def test_the_mark_has_the_citys_colour(client: CheckedClient) -> None:
    response = client.get("/icon.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert b'fill="#c8102e"' in response.content


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        ("refused", 409, "The case is closed."),
        ("not-allowed", 403, "Only the head of office may do this."),
        ("too-many", 429, "try again in 5 minutes."),
        ("too-big", 413, "This file is too large"),
        ("missing", 404, "This page does not exist"),
        ("forbidden", 403, "You do not have access to this page"),
    ],
)
def test_a_failure_has_its_status_and_says_what_to_do(
    client: CheckedClient, caplog: pytest.LogCaptureFixture, how: str, status: int, words: str
) -> None:
    client.cookies["kini_language"] = "en"
    with caplog.at_level(logging.CRITICAL):
        response = client.get(f"/fail/{how}")
    assert response.status_code == status
    assert words in response.content.decode()
    assert 'href="/"' in response.content.decode()


def test_a_fault_of_ours_is_a_calm_page_that_asks_nothing_of_the_database(caplog: pytest.LogCaptureFixture) -> None:
    browser = CheckedClient(raise_request_exception=False)
    browser.cookies["kini_language"] = "en"
    with caplog.at_level(logging.CRITICAL):
        response = browser.get("/fail/broken")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
    assert "secret words" not in response.content.decode()


def test_while_the_database_is_away_a_page_says_so_and_when_to_come_back(caplog: pytest.LogCaptureFixture) -> None:
    browser = CheckedClient(raise_request_exception=False)
    browser.cookies["kini_language"] = "en"
    with caplog.at_level(logging.CRITICAL):
        response = browser.get("/fail/database?page=2")
        sent = browser.post("/fail/database")
    page = response.content.decode()
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert "Temporarily unavailable" in page
    assert 'href="/fail/database?page=2">Try again' in page
    assert "secret" not in page
    assert "Try again" not in sent.content.decode()


def test_who_tries_too_often_is_told_when_to_come_back(client: CheckedClient) -> None:
    assert client.get("/fail/too-many").headers["Retry-After"] == "300"


def test_an_old_form_is_refused_kindly() -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["kini_language"] = "en"
    response = browser.post("/question", {"street": "Ring 1"})
    assert response.status_code == 403
    assert "This form was open for too long" in response.content.decode()


def test_emergency_numbers_stand_on_every_page(client: CheckedClient) -> None:
    for address in ("/", "/question", "/components", "/no-such-page"):
        assert b'<a class="phone" href="tel:112">112</a>' in client.get(address).content


def test_the_outbox_is_shown_only_when_there_is_one(client: CheckedClient, settings: Settings) -> None:
    assert settings.ENV.outbox is False
    assert "Messages of this demo" not in client.get("/question").content.decode()
