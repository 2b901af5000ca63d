"""A site with doses, on the corner of the city of the epidemic tests."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from kini.core import current_time
from kini.people.actions import NewIdentifier
from kini.people.models import Person
from kini.vaccination.models import Dose, Lot, Site
from kini.vaccination.public import NewDose, dose_actions
from kini.web.formats import city_time, today
from tests.epidemic.records_town import BY, Corner

_numbers = count(1)


def nik(born: date, sex: str = "female") -> str:
    """Return a new valid national number of Gambir for that birth date."""
    day = born.day + (40 if sex == "female" else 0)
    return f"317101{day:02}{born:%m%y}{next(_numbers):04}"


class SiteTown:
    """A health centre that vaccinates."""

    def __init__(self, corner: Corner) -> None:
        self.corner = corner
        self.site = Site.objects.create(
            id="puskesmas-gambir", kind="fixed", name="Puskesmas Gambir", facility=corner.units["gambir"],
            agency=corner.agency, area=corner.areas["31.71.01.1001"],
        )  # fmt: skip
        self.lot = Lot.objects.create(vaccine="astrazeneca", number="AZ-17", expires_on=today() + timedelta(days=300))

    def person(self, name: str = "Siti Aminah", *, with_nik: bool = True, **details: Any) -> Person:
        known = {"birth_date": date(1954, 7, 4), "birth_precision": "day", "sex": "female"} | details
        identifiers = (NewIdentifier("national-id", nik(known["birth_date"], known["sex"])),) if with_nik else ()
        return self.corner.person(name, *identifiers, **known)

    def new_dose(self, person: Person | None = None, **changes: Any) -> NewDose:
        values: dict[str, Any] = {
            "uuid": uuid4(),
            "person": person or self.person(),
            "campaign": "covid-19",
            "vaccine": "astrazeneca",
            "number": 1,
            "volume_ul": 500,
            "lot": self.lot,
            "given_at": moment(),
            "site": self.site,
        }
        return NewDose(**(values | changes))

    def dose(self, person: Person | None = None, **changes: Any) -> Dose:
        return dose_actions.record_dose(by=BY, dose=self.new_dose(person, **changes))


def moment() -> datetime:
    """Twenty minutes ago, or now in the first minutes of a day."""
    earlier = current_time.now() - timedelta(minutes=20)
    return earlier if city_time(earlier).date() == today() else current_time.now()
