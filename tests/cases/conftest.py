"""The made-up town, its permit, and a way to play another moment."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from kini.cases.models import Case
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.town import PACK, PERMIT, Town
from tests.environment import replace
from tests.snapshots import replay

#: A Monday, 9 in the morning at the town's offices.
MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def city(settings: Settings, var: Path) -> None:
    settings.CITY_PATH = PACK
    settings.ENV = replace(settings.ENV, outbox=True, demo=False)


@pytest.fixture
def town(db: None) -> Town:
    return replay("town", towns.build)


@pytest.fixture
def permit(town: Town) -> ServiceVersion:
    return replay("permit", lambda: towns.offer("stall-permit", PERMIT))


@pytest.fixture
def case(town: Town, permit: ServiceVersion) -> Case:
    """A permit that the resident asked for."""
    return replay("case", lambda: towns.opened(town.named("resident"), permit, town.resident))
