"""Fixtures of the vaccination room."""

import pytest
from pytest_django import Settings

from kini.core.environment import ROOT
from tests.epidemic import records_town
from tests.snapshots import replay
from tests.vaccination.doses import dose_town


@pytest.fixture
def station(db: None, settings: Settings) -> dose_town.Station:
    """Two vaccination sites in a corner of Jakarta."""
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    return replay("station", lambda: dose_town.build(records_town.build()))
