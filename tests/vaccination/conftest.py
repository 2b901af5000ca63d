"""Fixtures of the vaccination room."""

import pytest
from pytest_django import Settings

from kini.core.environment import ROOT
from tests.epidemic import records_town
from tests.snapshots import replay
from tests.vaccination.doses import dose_town
from tests.vaccination.registrations.nursery import Nursery, make_nursery
from tests.vaccination.sites.conftest import make_district


@pytest.fixture
def station(db: None, settings: Settings) -> dose_town.Station:
    """Two vaccination sites in a corner of Jakarta."""
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    return replay("station", lambda: dose_town.build(records_town.build()))


@pytest.fixture
def nursery(db: None, settings: Settings) -> Nursery:
    """A child of three months, and two sites with its vaccines."""
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    return replay("nursery", lambda: make_nursery(make_district()))
