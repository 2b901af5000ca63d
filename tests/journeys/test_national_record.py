"""A dose that a vaccinator records is seen at SATUSEHAT, and one given elsewhere is pulled back, in real browsers."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from kini.demo import satusehat
from kini.robot.scratch import ScratchCity, scratch_city
from kini.satusehat.public import Sandbox
from tests import migrated_server
from tests.journeys.conftest import ROOT, Stock
from tests.journeys.test_vaccination import PHONE, Vaccinator
from tests.journeys.test_wrong_number import give_dose

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
NAME, ELSEWHERE = "Budi Contoh", "RSUD Contoh"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, Path]]:
    """The demo's sandbox with the configuration that names it."""
    running, configuration = satusehat.start(tmp_path_factory.mktemp("satusehat"), "", 0)
    Thread(target=running.serve_forever, daemon=True).start()
    sandbox: Sandbox = running.RequestHandlerClass.sandbox  # type: ignore[attr-defined]
    with closing(sandbox.store):
        yield sandbox, configuration
        running.shutdown()
        running.server_close()


@pytest.fixture(scope="module")
def connected(platform: tuple[Sandbox, Path]) -> Iterator[ScratchCity]:
    """A city that is registered there."""
    env = {"KINI_SATUSEHAT": str(platform[1])}
    with scratch_city(demo="people", env=env, migrated=migrated_server.copy_data) as made:
        yield made


@pytest.fixture(scope="module")
def address(connected: ScratchCity) -> str:
    return connected.serve()


@pytest.fixture(scope="module")
def connected_stock(connected: ScratchCity, address: str) -> Iterator[Stock]:
    env = connected.env | {"DJANGO_SETTINGS_MODULE": "kini.settings"}
    command = [sys.executable, "-m", "tests.journeys.stock"]
    with subprocess.Popen(
        command, env=env, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Stock(process)
        assert process.stdin
        process.stdin.close()


def immunizations(sandbox: Sandbox) -> list[dict]:
    with sandbox.store.transaction():
        rows, _, _ = sandbox.store.search("Immunization", [], count=10)
    return [json.loads(row.content) for row in rows]


def test_a_dose_is_seen_there_and_one_from_elsewhere_is_pulled_back(
    chromium: Browser, address: str, connected_stock: Stock, platform: tuple[Sandbox, Path]
) -> None:
    sandbox, _configuration = platform
    name, born, number = connected_stock.card(NAME)
    context = chromium.new_context(viewport=PHONE, locale="id-ID")  # type: ignore[arg-type]
    vaccinator = Vaccinator(context.new_page(), address)
    vaccinator.sign_in("Vaksinator")
    vaccinator.go("/desk/vaccination/")
    vaccinator.go(f"{vaccinator.site}walk-in/")
    page = vaccinator.page
    page.locator("#campaign").select_option("covid-19")
    for field, text in (("name", name), ("born", born), ("national_id", number)):
        page.locator(f"#{field}").fill(text)
    vaccinator.press(page.locator("main form button").first)
    give_dose(vaccinator, name)
    connected_stock.run_jobs()

    [sent] = immunizations(sandbox)
    assert sent["status"] == "completed"
    assert sent["patient"]["reference"] == f"Patient/{satusehat.FIRST_PATIENT}"
    assert sandbox.counts()["duplicates"] == {}
    elsewhere = {key: sent[key] for key in ("resourceType", "patient", "vaccineCode")} | {
        "status": "completed",
        "occurrenceDateTime": "2026-03-04T03:00:00+00:00",
        "lotNumber": "B-77",
        "location": {"reference": "Location/elsewhere", "display": ELSEWHERE},
        "protocolApplied": [{"doseNumberPositiveInt": 3}],
    }
    sandbox.fhir.add(elsewhere, "10000001")

    own = chromium.new_context(viewport=PHONE, locale="id-ID")  # type: ignore[arg-type]
    resident = Vaccinator(own.new_page(), address)
    resident.sign_in(NAME)
    resident.go("/me/health/")
    expect(resident.page.locator("#doses")).not_to_contain_text(ELSEWHERE)
    resident.go("/me/national-doses/")
    resident.press(resident.page.get_by_role("button", name="Setuju dan ambil"))
    connected_stock.run_jobs()
    resident.go("/me/national-doses/")
    expect(resident.page.locator("main")).to_contain_text(ELSEWHERE)
    resident.go("/me/health/")
    expect(resident.page.locator("#doses")).to_contain_text(ELSEWHERE)
    expect(resident.page.locator("#doses")).to_contain_text("B-77")
    expect(resident.page.locator("#certificates")).to_be_visible()
    for each in (context, own):
        each.close()
