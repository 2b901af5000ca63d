"""Fixtures: an editable copy of the fictitious town's pack."""

import shutil
from pathlib import Path

import pytest
from pytest_django import Settings

from kini.city.actions import load_pack_tables
from kini.core.actors import system
from tests.services.pack_folder import PackFolder

ROOT = Path(__file__).parents[2]
TOWN = ROOT / "tests" / "cities" / "vila-serena"
BY = system("tests")


@pytest.fixture
def town(tmp_path: Path) -> PackFolder:
    """Copy of the town's pack."""
    return PackFolder(Path(shutil.copytree(TOWN, tmp_path / "town")))


@pytest.fixture
def loaded_town(db: None, town: PackFolder, settings: Settings) -> PackFolder:
    """The copy as the configured city, with areas and agencies in the database."""
    settings.CITY_PATH = town.root
    load_pack_tables(by=BY)
    return town
