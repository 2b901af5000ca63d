"""The gate's script in Chromium: passes are answered by the kind of venue, without a network."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from kini.core.environment import ROOT
from kini.epidemic.checkin import entry_passes, queries
from kini.epidemic.checkin.venue_code import VenueCode

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.long


@pytest.fixture
def gate_page(db: None, settings: Settings) -> str:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    return Client().get(reverse("epidemic:gate"), headers={"Accept-Language": "en"}).content.decode()


def test_a_gate_answers_by_its_kind(chromium: "Browser", gate_page: str) -> None:
    kinds = [*queries.venue_kinds()]
    here, there = sorted(kinds)[:2]
    context = chromium.new_context()
    page = context.new_page()

    def answer(route) -> None:
        path = urlsplit(route.request.url).path
        if found := finders.find(path.removeprefix(settings.STATIC_URL)) if path.startswith("/static/") else None:
            with open(found, encoding="utf-8", errors="replace") as file:
                route.fulfill(body=file.read(), content_type="text/javascript")
        elif path == reverse("epidemic:gate"):
            route.fulfill(body=gate_page, content_type="text/html")
        else:
            route.abort()

    page.route("**/*", answer)
    venue = VenueCode("Contoh", here, 60, "A" * 22)
    page.goto(f"https://kota.example{reverse('epidemic:gate')}#0123456789abcdef,1.{venue.payload}")
    shown = {}
    for name, values in {
        "all": {"may_enter": True},
        "here": {"may_enter": True, "refused_kinds": [here]},
        "there": {"may_enter": True, "refused_kinds": [there]},
        "ill": {"may_enter": False},
        "stale": {"may_enter": True, "kinds": [*kinds, "new"]},
    }.items():
        text = entry_passes.issue_pass(**{"proved": True, "kinds": kinds} | values)  # type: ignore[arg-type]
        page.fill("#pass", text)
        page.click("[data-typed] button")
        page.wait_for_function("() => !['…', ''].includes(document.querySelector('[data-result]').textContent)")
        shown[name] = page.get_attribute("[data-result]", "data-verdict")
        page.evaluate("document.querySelector('[data-result]').textContent = ''")
    context.close()
    assert shown == {"all": "may", "here": "notHere", "there": "may", "ill": "not", "stale": "stale"}
