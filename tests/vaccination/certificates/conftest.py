"""A person with a proved profile, a recorded dose, and the city's keys."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from kini.documents import signing_keys
from kini.people.models import Resident
from kini.vaccination.certificates import issuing_keys
from kini.vaccination.models import Dose, Lot
from kini.web.formats import today
from tests.cases import town
from tests.environment import replace
from tests.snapshots import replay
from tests.vaccination.doses.dose_town import Station


@dataclass
class Vaccinated:
    """Somebody with a dose, and somebody else with a proved profile."""

    station: Station
    owner: Resident
    other: Resident
    dose: Dose

    def another_dose(self, person=None, **values: object) -> Dose:
        lot, _made = Lot.objects.get_or_create(vaccine="sinovac", number="S-1", defaults={"expires_on": today()})
        values = {"vaccine": "sinovac", "lot": lot} | values
        return self.station.dose(person or self.owner.person, **values)


@pytest.fixture
def vaccinated(station: Station, settings: Settings, tmp_path: Path) -> Vaccinated:
    settings.ENV = replace(settings.ENV, address="https://kota.example", signing_keys=tmp_path / "signing")
    signing_keys.make_development_keys(issuing_keys.folder(), [("first", "Kota")])
    return replay("vaccinated", lambda: _make_vaccinated(station))


def _make_vaccinated(station: Station) -> Vaccinated:
    profiles = []
    for number, name in enumerate(("Siti Nur Aisyah", "Budi Lain")):
        profile = town.proved(town.person(f"+62812777000{number}", name), f"317101570590000{number + 1}")
        Resident.objects.filter(pk=profile.pk).update(birth_date=date(1990, 5, 17))
        profiles.append(Resident.objects.get(pk=profile.pk))
    made = Vaccinated(station, *profiles, dose=None)
    made.dose = made.another_dose()
    return made
