"""A made-up vaccination site with its officers, for tests of doses and visits."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from kini.city.models import Agency, Area
from kini.core import current_time
from kini.core.actors import Actor, system
from kini.people.models import Officer, Person
from kini.records.models import Membership
from kini.vaccination.doses import actions
from kini.vaccination.doses.actions import NewDose
from kini.vaccination.models import Dose, Lot, Site
from kini.web.formats import today
from tests.cases.town import acting, employed
from tests.epidemic import records_town

BY = system("tests")
WHY = "Dibandingkan dengan kartu dan daftar hari itu"


@dataclass
class Station:
    """Two sites in the corner of `records_town`, with a lot each of two vaccines, vaccinators and a manager."""

    corner: records_town.Corner
    sites: dict[str, Site]
    lots: dict[str, Lot]
    officers: dict[str, Officer] = field(default_factory=dict)

    def acting(self, name: str) -> Actor:
        return acting(self.officers[name])

    def person(self, name: str = "Siti Contoh", **details: object) -> Person:
        return self.corner.person(name, **({"birth_date": date(1990, 5, 17), "sex": "female"} | details))

    def new(self, person: Person | None = None, **values: object) -> NewDose:
        """A dose of today at the site in Gambir."""
        made = {
            "uuid": uuid4(), "campaign": "covid-19", "vaccine": "sinovac", "number": 1, "volume_ul": 500,
            "lot": self.lots["sinovac"], "given_at": current_time.now(), "site": self.sites["gambir"],
        }  # fmt: skip
        return NewDose(person=person or self.person(), **(made | values))  # type: ignore[arg-type]

    def dose(self, person: Person | None = None, by: Actor | None = None, **values: object) -> Dose:
        return actions.record_dose(by=by or self.acting("vaccinator"), dose=self.new(person, **values))


def build(corner: records_town.Corner) -> Station:
    """Store sites, lots and officers."""
    sites = {
        name: Site.objects.create(
            id=f"site-{name}", kind="fixed", name=f"Sentra {name}", facility=corner.units[unit],
            agency=corner.agency, area=corner.units[unit].area,
        )
        for name, unit in (("gambir", "gambir"), ("sawah", "sawah"))
    }  # fmt: skip
    until = today() + timedelta(days=90)
    lots = {
        vaccine: Lot.objects.create(vaccine=vaccine, number=f"{vaccine.upper()}-1", expires_on=until, vial_ul=5000)
        for vaccine in ("sinovac", "pfizer")
    }
    station = Station(corner, sites, lots)
    _hire(station, "vaccinator", "vaccinator", "gambir", None)
    _hire(station, "other", "vaccinator", "sawah", None)
    _hire(station, "manager", "vaccine-manager", "", corner.areas["31.71.01"])
    return station


def _hire(station: Station, name: str, role: str, unit: str, area: Area | None) -> None:
    corner = station.corner
    agency: Agency = corner.agency
    phone = f"+62812000005{len(station.officers):02}"
    officer = employed(phone, f"Petugas {name}", agency, role, area=area)
    station.officers[name] = officer
    if unit:
        Membership.objects.create(officer=officer, facility=corner.units[unit], role="care", since=current_time.now())
