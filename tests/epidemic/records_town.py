"""A made-up corner of the city for tests of case records: areas, facilities, officers and persons."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from kini.city.city_cache import AUDIT_SUBJECT
from kini.city.models import Agency, Area, Unit
from kini.core import audit, current_time
from kini.core.actors import Actor, system
from kini.epidemic.case_records import actions
from kini.epidemic.case_records.actions import NewCase, NewTest
from kini.epidemic.models import CaseRecord, LabTest
from kini.people import actions as people_actions
from kini.people.actions import NewIdentifier
from kini.people.models import Officer, Person
from kini.people.public import PersonDetails
from kini.records.models import Membership
from kini.web.formats import today
from tests.cases.town import acting, employed

BY = system("tests")
WHY = "Dibandingkan dengan kartu dan catatan"


def day(before: int) -> date:
    """A day before today."""
    return today() - timedelta(days=before)


@dataclass
class Corner:
    """Two kecamatan with a health centre each, a hospital and a laboratory."""

    agency: Agency
    areas: dict[str, Area]
    units: dict[str, Unit]
    officers: dict[str, Officer] = field(default_factory=dict)

    def acting(self, name: str) -> Actor:
        return acting(self.officers[name])

    def person(self, name: str = "Siti Contoh", *identifiers: NewIdentifier, **details: object) -> Person:
        known = PersonDetails(name, **({"area": "31.71.01.1001"} | details))  # type: ignore[arg-type]
        return people_actions.record_person(by=BY, details=known, source="tests", identifiers=identifiers)

    def case(self, person: Person | None = None, by: Actor = BY, **values: object) -> CaseRecord:
        made = {"facility": self.units["gambir"], "symptoms": ["fever", "cough"], "onset_on": day(5)} | values
        return actions.record_case(by=by, case=NewCase("covid-19", person or self.person(), **made))  # type: ignore[arg-type]

    def test(self, case: CaseRecord | None = None, result: str = "positive", **values: object) -> LabTest:
        made = {"test": "pcr", "specimen_on": day(2), "result": result, "laboratory": self.units["lab"]} | values
        return actions.record_test(by=BY, test=NewTest("covid-19", case=case, **made))  # type: ignore[arg-type]


def build() -> Corner:
    """Store the corner. The caller has made Jakarta's pack the running one."""
    areas: dict[str, Area] = {}
    for code, level, name in (
        ("31", "provinsi", "Jakarta"),
        ("31.71", "kota", "Jakarta Pusat"),
        ("31.71.01", "kecamatan", "Gambir"),
        ("31.71.02", "kecamatan", "Sawah Besar"),
        ("31.71.01.1001", "kelurahan", "Gambir"),
        ("31.71.01.1002", "kelurahan", "Cideng"),
        ("31.71.02.1002", "kelurahan", "Karang Anyar"),
    ):
        parent = areas.get(code.rpartition(".")[0])
        path = f"{parent.path}/{code}" if parent else code
        areas[code] = Area.objects.create(
            code=code, level=level, name=name, parent=parent, path=path,
            depth=parent.depth + 1 if parent else 0, latitude=-6.1 - len(areas) / 100, longitude=106.8,
        )  # fmt: skip
    agency = Agency.objects.create(id="dinkes", name={"": "Dinas Kesehatan"}, short_name="Dinkes")

    def unit(key: str, area: str, type_: str = "") -> Unit:
        point = {"latitude": -6.2, "longitude": 106.8} if type_ else {}
        return Unit.objects.create(id=key, agency=agency, area=areas[area], name={"": key}, type=type_, **point)

    units = {
        "gambir": unit("dinkes-31.71.01", "31.71.01"),
        "sawah": unit("dinkes-31.71.02", "31.71.02"),
        "hospital": unit("rsud-tarakan", "31.71.01.1002", "hospital"),
        "lab": unit("labkesda", "31.71.02.1002", "laboratory"),
    }
    audit.record(by=BY, action="city.tables_loaded", subject=AUDIT_SUBJECT)
    corner = Corner(agency, areas, units)
    hire = _hiring(corner)
    hire("nurse", "health-centre-nurse", "gambir", None)
    hire("other-nurse", "health-centre-nurse", "sawah", None)
    hire("ward-nurse", "health-centre-nurse", "hospital", None)
    hire("laboratory", "laboratory-officer", "lab", None)
    hire("tracer", "contact-tracer", "", areas["31.71.01"])
    hire("epidemiologist", "epidemiologist", "", None)
    return corner


def _hiring(corner: Corner) -> Callable[..., None]:
    def hire(name: str, role: str, unit: str, area: Area | None) -> None:
        phone = f"+62812000004{len(corner.officers):02}"
        officer = employed(phone, f"Petugas {name}", corner.agency, role, area=area)
        corner.officers[name] = officer
        if unit:
            Membership.objects.create(
                officer=officer, facility=corner.units[unit], role="care", since=current_time.now()
            )

    return hire
