"""An epidemic in real browsers: the curve of one's own area."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Person, Stock

pytestmark = pytest.mark.long
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def signed_in(chromium: Browser, city: str) -> Iterator[Callable[[str], Person]]:
    """People of the demo, each with a phone."""
    contexts = []

    def sign_in(name: str) -> Person:
        context = chromium.new_context(viewport=PHONE, locale="id-ID")
        contexts.append(context)
        someone = Person(context.new_page(), city)
        someone.sign_in(name)
        return someone

    yield sign_in
    for context in contexts:
        context.close()


def test_a_resident_sees_the_curve_of_the_own_kelurahan(signed_in: Callable[[str], Person], stock: Stock) -> None:
    assert stock.wave(3000) > 3000
    resident = signed_in("Warga 1")
    resident.go("/epidemic/covid-19/mine/")
    page = resident.page
    assert page.locator("svg").count() >= 1
    text = page.locator("main").inner_text()
    assert "Minggu demi minggu" in text
    assert "per 100.000" in text
    resident.go("/epidemic/covid-19/areas/")
    assert page.locator("svg [id], svg path, svg use").count() > 100, "the map of the kelurahan"
