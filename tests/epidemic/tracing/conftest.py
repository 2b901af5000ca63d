"""A health centre of the pack's city with a tracer, and a case record whose contacts are traced."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from kini.city.models import Agency, Area, Unit
from kini.core import current_time, references
from kini.core.actors import Actor
from kini.epidemic.case_records.models import CaseRecord
from kini.epidemic.models import Contact
from kini.epidemic.tracing import actions
from kini.epidemic.tracing.rules import Exposure
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.models import Officer, Person
from kini.people.public import PersonDetails
from tests.cases import town as towns
from tests.environment import replace

JAKARTA = Path(django_settings.CITY_PATH)
#: Noon in the city.
DAY = date(2021, 7, 12)
NOON = datetime(2021, 7, 12, 5, tzinfo=UTC)


@dataclass
class HealthCity:
    """Two health centres, an officer at each, and makers of cases and contacts."""

    agency: Agency
    east: Area
    west: Area
    east_unit: Unit
    west_unit: Unit
    tracer: Officer
    other: Officer

    @property
    def by(self) -> Actor:
        return people_queries.officer_actor(self.tracer)

    @property
    def elsewhere(self) -> Actor:
        return people_queries.officer_actor(self.other)

    def person(self, name: str, phone: str = "", area: Area | None = None) -> Person:
        details = PersonDetails(name, phone=phone, area=(area or self.east).pk)
        return people_actions.record_person(by=towns.BY, details=details, source="tests")

    def case(
        self,
        name: str = "Kasus Contoh",
        *,
        onset: date | None = date(2021, 7, 8),
        area: Area | None = None,
        **more: object,
    ) -> CaseRecord:
        area = area or self.east
        values: dict[str, object] = {
            "reference": references.generate("EP"),
            "disease": "covid-19",
            "person": self.person(name, area=area),
            "classification": "confirmed",
            "classified_at": current_time.now(),
            "area": area,
            "area_path": area.path,
            "onset_on": onset,
            "reported_on": DAY,
            "agency": self.agency,
            "source": "desk",
            "created_at": current_time.now(),
        }
        return CaseRecord.objects.create(**(values | more))

    def contact(self, case: CaseRecord, name: str = "Kontak Contoh", *, last: date = DAY, **more: object) -> Contact:
        return actions.record_contact(
            by=towns.BY, case=case, person=self.person(name, **more), exposure=Exposure("household", "home", last)
        )


@pytest.fixture(autouse=True)
def noon(settings: Settings, var: Path) -> object:
    settings.CITY_PATH = JAKARTA
    settings.ENV = replace(settings.ENV, outbox=True, demo=False)
    with current_time.freeze(NOON):
        yield


@pytest.fixture
def health(db: None) -> HealthCity:
    def area(code: str, level: str, parent: Area | None, name: str) -> Area:
        path = f"{parent.path}/{code}" if parent else code
        depth = parent.depth + 1 if parent else 0
        return Area.objects.create(
            code=code, level=level, depth=depth, name=name, parent=parent, path=path, latitude=-6.2, longitude=106.8
        )

    whole = area("31", "provinsi", None, "Jakarta")
    town = area("31.71", "kota", whole, "Kota Contoh")
    districts = [area(f"31.71.0{n}", "kecamatan", town, f"Kecamatan {n}") for n in (1, 2)]
    east, west = (area(f"{each.code}.1001", "kelurahan", each, f"Kelurahan {n}") for n, each in enumerate(districts))
    agency = Agency.objects.create(id="dinkes", name={"id": "Dinas Kesehatan"}, short_name="Dinkes")
    units = [
        Unit.objects.create(id=f"dinkes-{each.code}", agency=agency, area=each, name={"id": f"Puskesmas {each.name}"})
        for each in districts
    ]
    tracers = [
        towns.employed(f"+628120000007{n}", f"Pelacak {n}", agency, "contact-tracer", area=each)
        for n, each in enumerate(districts)
    ]
    return HealthCity(agency, east, west, *units, *tracers)


@pytest.fixture
def tracer_browser(client: Client, health: HealthCity) -> Client:
    """The tracer's browser."""
    client.force_login(health.tracer.user)
    return client
