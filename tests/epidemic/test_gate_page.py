"""The gate's script in Chromium: passes are answered by the kind of venue, without a network."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Route, sync_playwright
from pytest_django import Settings

from kini.core.environment import ROOT
from kini.core.system_programs import CHROMIUM_FLAGS
from kini.epidemic.checkin import entry_passes, queries
from kini.epidemic.checkin.venue_code import VenueCode
from tests.browser import CHROMIUM

pytestmark = [pytest.mark.long, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.mark.django_db
def test_a_gate_answers_by_its_kind(settings: Settings) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    html = Client().get(reverse("epidemic:gate"), headers={"Accept-Language": "en"}).content.decode()
    kinds = [*queries.venue_kinds()]
    here, there = sorted(kinds)[:2]
    passes = {
        "may": {},
        "notHere": {"refused_kinds": [here]},
        "may there": {"refused_kinds": [there]},
        "not": {"may_enter": False},
        "stale": {"kinds": [*kinds, "new"]},
    }
    texts = {
        name: entry_passes.issue_pass(**{"may_enter": True, "proved": True, "kinds": kinds} | values)  # type: ignore[arg-type]
        for name, values in passes.items()
    }
    # Playwright's loop begins after the database was used.
    assert verdicts(html, VenueCode("Contoh", here, 60, "A" * 22), texts) == [name.split()[0] for name in passes]


def verdicts(html: str, venue: VenueCode, texts: Mapping[str, str]) -> list[str | None]:
    """Open the page of the gate of a venue, and type passes."""
    address = reverse("epidemic:gate")

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        found = finders.find(path.removeprefix(settings.STATIC_URL)) if path.startswith("/static/") else None
        if found:
            route.fulfill(body=Path(str(found)).read_text("utf-8", "replace"), content_type="text/javascript")
        elif path == address:
            route.fulfill(body=html, content_type="text/html")
        else:
            route.abort()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.route("**/*", answer)
        page.goto(f"https://kota.example{address}#0123456789abcdef,1.{venue.payload}")
        seen = []
        for text in texts.values():
            page.evaluate("delete document.querySelector('[data-result]').dataset.verdict")
            page.fill("#pass", text)
            page.click("[data-typed] button")
            page.wait_for_selector("[data-result][data-verdict]")
            seen.append(page.get_attribute("[data-result]", "data-verdict"))
        browser.close()
    return seen
