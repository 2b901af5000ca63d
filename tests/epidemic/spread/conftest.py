"""Jakarta with an invented wave, counted and published."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from kini.city import actions as city_actions
from kini.city.models import Agency
from kini.city.public import city_tables
from kini.core.actors import system
from kini.epidemic.models import CaseRecord
from kini.epidemic.spread.actions import publish_figures
from kini.epidemic.surveillance import case_changes
from kini.people.models import Person
from tests.city.conftest import JAKARTA
from tests.snapshots import replay

DISEASE = "covid-19"
BY = system("test")
#: Kelurahan with many cases, with one, with some that hide this one, and with none; the second many lies elsewhere.
MANY, ALSO_MANY, ONE = "31.74.04.1001", "31.71.01.1001", "31.74.04.1002"
SOME, NONE = "31.74.04.1004", "31.74.04.1003"
#: Monday of the last whole week, and the last published day.
MONDAY, LAST = date(2021, 7, 5), date(2021, 7, 12)


@pytest.fixture
def jakarta(db: None, settings: Any, var: Path) -> None:
    settings.CITY_PATH = JAKARTA
    replay("jakarta", lambda: city_actions.load_pack_tables(by=BY))


@pytest.fixture
def add_cases(jakarta: None) -> Callable[..., list[CaseRecord]]:
    """Create so many confirmed cases of an area and day past the actions."""
    agency = Agency.objects.order_by("pk")[0]

    def add(area: str, reported_on: date, count: int, **facts: Any) -> list[CaseRecord]:
        people = Person.objects.bulk_create(Person(source="test") for _n in range(count))
        before = CaseRecord.objects.count()
        return CaseRecord.objects.bulk_create(
            CaseRecord(
                **{
                    "reference": f"EP-{before + number}",
                    "person": person,
                    "disease": DISEASE,
                    "classification": "confirmed",
                    "classified_at": timezone.now(),
                    "area_id": area,
                    "area_path": city_tables().areas[area].path,
                    "agency": agency,
                    "reported_on": reported_on,
                    "onset_on": reported_on - timedelta(days=4),
                    "age": 20 + 5 * (number % 6),
                    "sex": "female" if number % 2 else "male",
                    "rw": "001",
                    "rt": f"{number % 9:03}",
                    "source": "import",
                    **facts,
                }
            )
            for number, person in enumerate(people)
        )

    return add


def publish(day: date = LAST, *, everything: bool = True) -> int:
    """Count the records and publish, as the hourly jobs do."""
    case_changes.refresh(day)
    return publish_figures(by=BY, disease=DISEASE, until=day, everything=everything)


@pytest.fixture
def wave(add_cases: Callable[..., list[CaseRecord]]) -> None:
    """Five weeks: growing in two kelurahan; in the last week one case in a third one."""
    replay("wave", lambda: _make_wave(add_cases))


def _make_wave(add_cases: Callable[..., list[CaseRecord]]) -> None:
    first = MONDAY - timedelta(days=28)
    for number in range((LAST - first).days + 1):
        add_cases(MANY, first + timedelta(days=number), 1 + number // 7)
        add_cases(ALSO_MANY, first + timedelta(days=number), 2)
        add_cases(SOME, first + timedelta(days=number), 1)
    add_cases(ONE, MONDAY + timedelta(days=2), 1)
    publish()
