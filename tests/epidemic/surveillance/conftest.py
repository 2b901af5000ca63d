"""Jakarta with case records, and outside figures as an import stores them."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kini.city import actions as city_actions
from kini.city.models import Agency
from kini.city.public import city_tables
from kini.core.actors import system
from kini.epidemic.models import AreaFigure, CaseRecord
from kini.epidemic.surveillance import case_changes
from kini.people.models import Person
from tests.city.conftest import JAKARTA

DISEASE = "covid-19"
BY = system("test")
CITY, CENTRE, SOUTH = "31", "31.71", "31.74"
_numbers = count(1)


@pytest.fixture
def jakarta(db: None, settings: Any, var: Path) -> None:
    """The pack's areas and agencies."""
    settings.CITY_PATH = JAKARTA
    city_actions.load_pack_tables(by=BY)


@pytest.fixture
def record(jakarta: None) -> Callable[..., CaseRecord]:
    """Create a case record past the actions."""
    agency = Agency.objects.order_by("pk")[0]

    def create(area: str, reported_on: date, **facts: Any) -> CaseRecord:
        number = next(_numbers)
        given = {"classification": "confirmed", "source": "desk", "disease": DISEASE, "sex": "female", "age": 34}
        if died_on := facts.get("died_on"):
            given |= {"outcome": "died", "outcome_on": died_on}
        return CaseRecord.objects.create(
            reference=f"EP-{number}",
            person=Person.objects.create(source="test"),
            area_id=area,
            area_path=city_tables().areas[area].path,
            agency=agency,
            reported_on=reported_on,
            classified_at=timezone.now(),
            **given | facts,
        )

    return create


def count_on(day: date) -> int:
    """Count the records as the hourly job does on a day."""
    return case_changes.refresh(day)


def figures(
    area: str, measure: str, values: dict[date, float], source: str = "publisher", disease: str = DISEASE
) -> None:
    """Store outside figures, known on their day."""
    AreaFigure.objects.bulk_create(
        AreaFigure(source=source, disease=disease, area_id=area, measure=measure, day=day, value=value, known_on=day)
        for day, value in values.items()
    )


def days_from(first: date, values: list[float]) -> dict[date, float]:
    return {first + timedelta(days=number): value for number, value in enumerate(values)}
