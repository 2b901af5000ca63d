"""A scratch city with a real server, and real Chromium in front of it: one of each for all tests of a worker."""

import shutil
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

from kini.core import system_programs
from kini.robot.scratch import ScratchCity, scratch_city
from tests import migrated_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = system_programs.find_chromium()
PATIENCE = 30_000  # milliseconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with a browser run on one worker, one after the other (`--dist loadgroup`)."""
    for item in items:
        if drives_browser(item):
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed; install the package chromium"))


def drives_browser(item: pytest.Item) -> bool:
    return "chromium" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Stop Playwright when another kind of test comes next: its event loop runs in the thread of the tests."""
    result = yield
    if drives_browser(item) and not (nextitem and drives_browser(nextitem)):
        request = item._request  # type: ignore[attr-defined] -- pytest has no public call that ends a fixture early
        if fixture := request._fixture_defs.get("chromium"):
            fixture.finish(request)
    return result


@pytest.fixture(scope="session")
def scratch() -> Iterator[ScratchCity]:
    """A city of its own, with demo people."""
    with scratch_city(demo="people", migrated=migrated_server.copy_data) as scratch:
        yield scratch


@pytest.fixture(scope="session")
def city(scratch: ScratchCity) -> str:
    """Its address."""
    return scratch.serve()


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)  # a busy machine is no fault of the page
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=system_programs.CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def windowed(chromium: "Browser") -> "Iterator[Browser]":
    """A Chromium with windows, which alone shows notes."""
    if (program := shutil.which("chromium")) is None:
        pytest.skip("needs a Chromium with windows; install the package chromium")
    browser = chromium.browser_type.launch(executable_path=program, args=system_programs.CHROMIUM_FLAGS)
    yield browser
    browser.close()
