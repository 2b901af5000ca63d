"""The two packs, and a way to write a pack with faults in it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from kini.city import actions
from kini.core.actors import system
from tests.snapshots import replay

ROOT = Path(__file__).parents[2]
TOWN = ROOT / "tests" / "cities" / "vila-serena"
JAKARTA = ROOT / "cities" / "jakarta"
BY = system("tests")


@pytest.fixture
def town(settings: Settings) -> Path:
    settings.CITY_PATH = TOWN
    return TOWN


@pytest.fixture
def loaded_town(db: None, town: Path) -> Path:
    replay("town", lambda: actions.load_pack_tables(by=BY))
    return town


@pytest.fixture
def loaded_jakarta(db: None, settings: Settings) -> Path:
    settings.CITY_PATH = JAKARTA
    replay("jakarta", lambda: actions.load_pack_tables(by=BY))
    return JAKARTA


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """A copy of the town's pack in which texts were replaced: changed("city.toml", ("EUR", "euro"))."""

    def change(file: str, *replacements: tuple[str, str]) -> Path:
        pack = tmp_path / "pack"
        if not pack.exists():
            shutil.copytree(TOWN, pack)
        text = (pack / file).read_text("utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        (pack / file).write_text(text, "utf-8")
        return pack

    return change


@pytest.fixture
def execute() -> Callable[[str], None]:
    """Run SQL around the models, and check what is otherwise only checked at the end of a transaction."""

    def run(statement: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement)

    return run
