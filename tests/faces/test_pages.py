"""Every type of page can be read and used by everybody: WCAG 2.2 AA as far as a program sees it.

Each page is opened once, in the city's first language, and looked at as a desk, a phone and a narrow window show it,
light and dark, with letters of usual size and twice as large.
"""

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import RequestFactory
from django.urls import resolve

from kini.web.pages import server_error
from tests.faces.conftest import PHONE
from tests.faces.pages import GUARDED, GUEST, PAGE_TYPES, PageType, Town, address, prove

DESK, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"runOnly": TAGS, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
#: What stands around every page has its colours checked in each theme at each width on these.
FRAMES = ("home", "home-known", "queue")
USUAL, LARGE = 16, 32
#: The most that a citizen's page may weigh, in compressed bytes, with all that it needs to be seen for the first time.
#: The page of gatekeepers has four scripts of its own and the lists of keys, hence ten requests.
BUDGET = {"html": 14_000, "css": 20_000, "js": 30_000, "whole": 100_000, "requests": 10, "fonts": 0}


@pytest.mark.long
@pytest.mark.parametrize("kind", PAGE_TYPES, ids=[kind.name for kind in PAGE_TYPES])
def test_page(kind: PageType, city: str, town: Town, page_of: Callable) -> None:
    page = page_of(kind.who)
    open_page(page, kind, city, town)
    try:
        faults = list(dict.fromkeys(faults_of(page, kind)))
    finally:
        if kind.who == GUEST:
            page.context.close()
    assert not faults, f"{kind.name} ({page.url}) has {len(faults)} faults:\n- " + "\n- ".join(faults)


def open_page(page, kind: PageType, city: str, town: Town) -> None:
    page.set_viewport_size(PHONE)
    if kind.name == "broken":
        html = server_error(RequestFactory().get("/broken/")).content
        page.route("**/broken/", lambda route: route.fulfill(status=500, content_type="text/html", body=html))
    start = city + address(kind, town)
    page.goto(start)
    if kind.who == GUARDED and resolve(urlsplit(page.url).path).view_name not in (kind.route, "people:me"):
        prove(page, town)  # proved long ago, it is asked for again
        page.goto(start)
    if kind.deed:
        kind.deed(page, town)
    if kind.route:
        assert resolve(urlsplit(page.url).path).view_name == kind.route


def faults_of(page, kind: PageType) -> Iterator[str]:
    if kind.citizen:
        yield from too_heavy(page)
    page.evaluate(AXE_SCRIPT)
    page.emulate_media(color_scheme="light")
    yield from seen(page, "sight.frame()", "sight.moves()")
    page.set_viewport_size(DESK)
    yield from axe(page, "wide and light", EVERYTHING)
    yield from seen(page, "sight.reflow()", "sight.cut()", "sight.heaps()")
    page.set_viewport_size(PHONE)
    page.keyboard.press("Tab")
    yield from seen(page, "sight.focus()")
    page.set_viewport_size(NARROW)
    if kind.name in FRAMES:
        yield from axe(page, "narrow and light", COLOURS)
    page.emulate_media(color_scheme="dark")
    yield from axe(page, "narrow and dark", EVERYTHING)
    yield from seen(page, "sight.reflow()", "sight.cut()", "sight.heaps()")
    page.set_viewport_size(DESK)
    if kind.name in FRAMES:
        yield from axe(page, "wide and dark", COLOURS)
    yield from large_letters(page)


def too_heavy(page) -> Iterator[str]:
    for what, weighs in page.evaluate("sight.weight()").items():
        if weighs > BUDGET[what]:
            yield f"too heavy: {what} is {weighs}, at most {BUDGET[what]}"


def large_letters(page) -> Iterator[str]:
    """Letters twice as large, as the browser's own setting makes them."""
    browser = page.context.new_cdp_session(page)
    browser.send("Page.setFontSizes", {"fontSizes": {"standard": LARGE, "fixed": LARGE}})
    for window in (DESK, PHONE):
        page.set_viewport_size(window)
        for fault in seen(page, "sight.reflow()", "sight.cut()", "sight.heaps()", "sight.focus()"):
            yield f"with large letters: {fault}"
    browser.send("Page.setFontSizes", {"fontSizes": {"standard": USUAL, "fixed": 13}})
    browser.detach()


def seen(page, *looks: str) -> list[str]:
    return page.evaluate(f"[{', '.join(looks)}].flat()")


def axe(page, how: str, options: dict) -> Iterator[str]:
    found = page.evaluate(f"axe.run(document, {json.dumps(options)}).then((found) => found.violations)")
    for violation in found:
        for node in violation["nodes"]:
            words = f"{violation['id']}: {violation['help']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
            yield f"{how}: {words}"
