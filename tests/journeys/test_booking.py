"""Booking under load in a real browser: waiting room, full slot, waiting list, offer, ticket."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from kini.core.environment import ROOT
from kini.robot.scratch import scratch_city
from tests import migrated_server
from tests.journeys.conftest import Person
from tests.journeys.test_apply import answer

SERVICE = "park-visit-booking"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a city whose park admits one person at a time to the slot picker and has five places."""
    pack = Path(shutil.copytree(ROOT / "cities" / "jakarta", tmp_path_factory.mktemp("crowded") / "jakarta"))
    [file] = (pack / "services").rglob(f"{SERVICE}.yaml")
    text = file.read_text("utf-8")
    text = text.replace("capacity: 4000", "capacity: 6").replace("places: 400,", "places: 1,")
    text = re.sub(r'\["07:00-11:00", "13:00-17:00"\]', '["07:00-11:00"]', text)
    text = text.replace("rush: {admit: 1200, seconds: 60}", "rush: {admit: 1, seconds: 10}")
    file.write_text(text, "utf-8")
    with scratch_city(pack, demo="people", migrated=migrated_server.copy_data) as scratch:
        yield scratch.serve()


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def visitor(request: pytest.FixtureRequest, chromium: Browser, crowded: str) -> Iterator[Callable[[str], Person]]:
    """Factory of signed-in people with separate phones."""
    contexts = []

    def sign_in(name: str) -> Person:
        size = {"width": 360, "height": 740}
        context = chromium.new_context(java_script_enabled=request.param, viewport=size, locale="id-ID")  # type: ignore[arg-type]
        contexts.append(context)
        person = Person(context.new_page(), crowded)
        person.sign_in(name)
        return person

    yield sign_in
    for context in contexts:
        context.close()


def begin(person: Person, people: int) -> None:
    """Answer the questions up to the slot picker or the waiting room."""
    person.go(f"/services/{SERVICE}/")
    person.press(person.page.locator('form[action$="/start/"] button').first)
    while "/book/" not in person.page.url:
        if person.page.locator("[name=people]").count():
            person.page.locator("[name=people]").fill(str(people))
            person.press(person.page.locator("main form button.button").first)
        else:
            answer(person)


def let_in(person: Person) -> None:
    """Wait until the polling page of the waiting room continues."""
    person.page.wait_for_selector("table.days", timeout=60_000)


def choose(person: Person) -> None:
    """Choose the only time of the first day."""
    person.press(person.page.locator("table.days td a").first)
    person.page.locator("input[name=slot]").first.check()
    person.press(person.page.locator("main form button.button").first)


def send(person: Person) -> str:
    person.press(person.page.locator('main form:has(input[name="confirm"]) button'))
    return person.page.locator("strong.reference").inner_text()


def test_a_booking_under_rush(visitor: Callable[[str], Person]) -> None:
    first, second = visitor("Budi Contoh"), visitor("Wati Contoh")
    begin(first, 5)
    let_in(first)
    begin(second, 3)
    if second.page.locator("table.days").count() == 0:
        assert "banyak orang" in second.heading.lower()
    choose(first)
    assert "Waktu Anda" in first.page.locator("main").inner_text()
    reference = send(first)
    let_in(second)
    choose(second)
    assert "daftar tunggu" in second.page.locator("main").inner_text()
    draft = second.page.url
    first.go(f"/cases/{reference}/moves/withdraw/")
    first.press(first.page.locator('main form[action$="/withdraw/"] button.button').first)
    second.go(draft.removeprefix(second.city))
    second.go(re.sub(r"/book/([^/]+)/.*", r"/apply/\1/check/", draft.removeprefix(second.city)))
    ticket = send(second)
    second.go(f"/cases/{ticket}/ticket/")
    assert ticket in second.page.locator("main").inner_text()
    assert second.page.locator(".ticket svg").count() == 1
    second.go(f"/cases/{ticket}/moves/withdraw/")
    second.press(second.page.locator('main form[action$="/withdraw/"] button.button').first)
