"""Reference vectors beside the project; tests that read them are skipped where they are absent."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection
from pytest_django import Settings

from kini.core.environment import ROOT
from tests.epidemic import records_town
from tests.snapshots import replay

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"


def cases_of(folder: str, file: str = "cases.json") -> list[dict[str, Any]]:
    """Cases of a folder of vectors; empty where it is absent."""
    path = VECTORS / folder / file
    return json.loads(path.read_text())["cases"] if path.exists() else []


def parametrized(cases: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> Any:
    """Mark a test with one parameter for each case, or with one that is skipped."""
    values = [pytest.param(case, id=case["id"]) for case in cases]
    absent = pytest.param({}, marks=pytest.mark.skip(reason=f"no reference vectors in {VECTORS}"))
    return pytest.mark.parametrize("case", values or [absent])


def number(text: str) -> float:
    """Number of a cell; NaN for NA and for dates."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def columns(path: Path) -> dict[str, np.ndarray]:
    """Numbers of a table by column."""
    table = rows(path)
    return {name: np.array([number(row[name]) for row in table]) for name in table[0]}


def close(tolerance: float) -> Callable[[Any, Any], None]:
    """Comparison of arrays with a relative tolerance; NaN equals NaN."""

    def compare(ours: Any, theirs: Any) -> None:
        np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=1e-13, equal_nan=True)

    return compare


@pytest.fixture
def query(db: None) -> Callable[[str], list[Any]]:
    """Run a statement past Django's models and return its rows."""

    def run(statement: str) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    return run


@pytest.fixture
def corner(db: None, settings: Settings) -> records_town.Corner:
    """A corner of Jakarta with facilities and officers."""
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    return replay("corner", records_town.build)
