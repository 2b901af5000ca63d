"""Sandbox of the demo: the pack's facilities and vaccines, and the demo people, where the adapter looks for them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django import Settings

from kini.core.environment import ROOT
from kini.demo import satusehat
from kini.satusehat.public import Sandbox


@pytest.fixture
def sandbox_of_demo(tmp_path: Path, settings: Settings) -> Iterator[Sandbox]:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    running, configuration = satusehat.start(tmp_path, "", 0)
    made: Sandbox = running.RequestHandlerClass.sandbox  # type: ignore[attr-defined]
    assert f":{running.server_address[1]}" in configuration.read_text("utf-8")
    with closing(running.socket), closing(made.store):
        yield made


def test_the_demo_has_people_places_and_products(sandbox_of_demo: Sandbox) -> None:
    counts = sandbox_of_demo.counts()["resources"]
    assert counts["Practitioner"] == satusehat.HEALTH_WORKERS
    assert counts["Patient"] > satusehat.HEALTH_WORKERS
    place, _, _ = sandbox_of_demo.store.search("Location", [("name", ("rsud tarakan",))], count=2)
    assert [each.resource()["name"] for each in place] == ["RSUD Tarakan"]
    assert "93004035" in {each["kfa_code"] for each in sandbox_of_demo.products}
