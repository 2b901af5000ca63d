"""A made-up district with vaccine and a session of tomorrow, and a resident with a profile."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from kini.core.actors import Actor, system
from kini.core.environment import ROOT
from kini.people.models import Resident, User
from kini.people.public import PersonDetails
from kini.vaccination.doses import actions as dose_actions
from kini.vaccination.doses.actions import NewDose
from kini.vaccination.doses.models import Dose
from kini.vaccination.registrations import actions
from kini.vaccination.registrations.actions import Wish
from kini.vaccination.registrations.models import Registration
from kini.vaccination.registrations.queries import Statements
from kini.vaccination.sites.models import Session
from kini.vaccination.sites.session_plan import NON_RESIDENT
from kini.web.formats import today
from tests.cases import town
from tests.snapshots import replay
from tests.vaccination.sites.conftest import District, make_district, sound

__all__ = ["sound"]

BY = system("tests")


@dataclass
class Campaign:
    """A session with three places, two of them for everybody and one for people from elsewhere, and a resident."""

    district: District
    session: Session
    rina: Resident

    @property
    def user(self) -> User:
        assert self.rina.user
        return self.rina.user

    @property
    def by(self) -> Actor:
        return town.acting(self.rina)

    def register(self, **statements: object) -> Registration:
        wish = Wish("covid-19", Statements(**statements))  # type: ignore[arg-type]
        return actions.register(by=self.by, person=self.rina.person, wish=wish)

    def other(self, name: str = "Siti Aminah", born: date = date(1955, 5, 3), **statements: object) -> Registration:
        details = PersonDetails(name, born, "day", "female", area="31.71.01.1001")
        wish = Wish("covid-19", Statements(**statements))  # type: ignore[arg-type]
        return actions.register_other(by=self.by, registrar=self.user, details=details, wish=wish)

    def dose(self, registration: Registration, days_ago: int, vaccine: str = "sinovac", number: int = 1) -> Dose:
        site = self.district.one
        return dose_actions.record_dose(
            by=BY,
            dose=NewDose(
                uuid=uuid4(), person=registration.person, campaign="covid-19", vaccine=vaccine, number=number,
                volume_ul=500, given_on=today() - timedelta(days=days_ago), source="demo", site=site,
                agency=site.agency, lot_number="A1",
            ),
        )  # fmt: skip


@pytest.fixture
def campaign(db: None, settings: Settings) -> Campaign:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    return replay("campaign", _make_campaign)


def _make_campaign() -> Campaign:
    district = make_district()
    district.receive(2)
    session = district.session(2, None, **{NON_RESIDENT: 1})
    rina = town.person("+6281200000001", "Rina Contoh")
    rina.birth_date, rina.sex, rina.area_id = date(1990, 4, 5), "female", "31.71.01.1001"
    rina.save()
    return Campaign(district, session, rina)
