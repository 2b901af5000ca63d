"""Public pages of the benchmark of epidemics: each address is one that answers with a picture."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from kini.bench import epidemic
from kini.bench.workloads import Requests
from kini.city import actions as city_actions
from kini.core.actors import system
from kini.core.environment import ROOT
from kini.epidemic.public import smallest_areas


@pytest.mark.django_db
def test_every_address_of_the_pages_answers_with_a_picture(
    settings: Settings, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    city_actions.load_pack_tables(by=system("tests"))
    monkeypatch.setattr(epidemic, "WAVE", 300)
    monkeypatch.setattr(epidemic.baselines, "create_rows", lambda count: ["row"])
    epidemic.publish_wave()
    codes = smallest_areas().codes
    _select, page, others = epidemic.page_workloads(codes)
    assert isinstance(page.load, Requests)
    assert isinstance(others.load, Requests)
    assert len(others.load.paths) == 1 + epidemic.PAST_DAYS + len(codes)
    client = Client()
    some = others.load.paths
    for path in (*page.load.paths, *some[: 1 + epidemic.PAST_DAYS : 9], *some[-300::90]):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "<svg" in answer.content.decode()
