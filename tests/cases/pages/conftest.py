"""A town with a start page for its services, and browsers of people."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.pages.browsing import Visitor, visitor
from tests.cases.pages.offers import CALL, CENSUS
from tests.cases.town import PACK, Town

CATALOGUE = "categories:\n  trade: {name: {id: Usaha, en: Trade}, icon: cash}\n"


@pytest.fixture(autouse=True)
def start_pages(city: None, running_pack: Callable[..., Path]) -> None:
    """The made-up town's pack, with the catalogue that start pages need."""
    running_pack(PACK, {"catalogue.yaml": CATALOGUE})


@pytest.fixture
def resident(town: Town) -> Visitor:
    """The browser of the resident, whose profile knows a name and no number."""
    return visitor(town.resident)


@pytest.fixture
def neighbour(town: Town) -> Visitor:
    return visitor(town.neighbour)


@pytest.fixture
def guest(db: None) -> Visitor:
    """The browser of somebody without an account."""
    return visitor()


@pytest.fixture
def clerk(town: Town) -> Visitor:
    return visitor(town.clerk)


@pytest.fixture
def census(town: Town) -> ServiceVersion:
    """A service with every sort of page."""
    return towns.offer("census", CENSUS)


@pytest.fixture
def call(town: Town) -> ServiceVersion:
    """A sensitive call for help, open to guests."""
    return towns.offer("call", CALL)
