"""Vaccinations as payloads, for tests of building and of rules."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kini.records.public import SNOMED, Code
from kini.satusehat.fhir.vaccination import Reaction, Screening, Vaccination, VaccineCodes

UUID_ = UUID("0c5b3a8e-7e0f-4a63-9c1c-0b7f0f6f9a11")
ASTRAZENECA = VaccineCodes(kfa="93004035", kfa_group="VG213", cvx="210")
POLIO = VaccineCodes(kfa="93000001", cvx="178")
AT = datetime(2026, 11, 2, 3, 30, tzinfo=UTC)
REACTION = Reaction(UUID("6f6b0d52-9a0d-4f2f-9d3f-0a3f5a3e8d10"), Code(SNOMED, "367391008", "Malaise"), AT, True)
SCREENING = Screening(
    at=AT,
    temperature=Decimal("36.5"),
    systolic=128,
    diastolic=78,
    healthy=True,
    severe_allergy=False,
    autoimmune=False,
    had_covid=True,
    pregnant=False,
    health_worker=False,
    comorbidities=(Code(SNOMED, "73211009", "Diabetes mellitus"),),
)


def vaccination(**changes: Any) -> Vaccination:
    """A second dose of an elder, with changes."""
    values: dict[str, Any] = {
        "uuid": UUID_,
        "organization": "10000004",
        "patient": "P00030004",
        "practitioner": "N10000001",
        "location": "ef011065-38c9-46f8-9c35-d1fe68966a3e",
        "state": "given",
        "vaccine": ASTRAZENECA,
        "number": 2,
        "arrived_at": datetime(2026, 11, 2, 3, 10, tzinfo=UTC),
        "occurred_at": AT,
        "left_at": datetime(2026, 11, 2, 3, 45, tzinfo=UTC),
        "lot": "202009007",
        "expires_on": date(2027, 8, 17),
        "volume_ul": 500,
        "age": 66,
        "last_number": 1,
        "last_on": date(2026, 8, 2),
    }
    return Vaccination(**(values | changes))


#: One of each sort that is sent.
SORTS = {
    "usual": vaccination(),
    "of a health worker": vaccination(is_health_worker=True),
    "screened, with an adverse event": vaccination(screening=SCREENING, reactions=(REACTION,)),
    "deferred": vaccination(state="not-done", deferred=True, volume_ul=0, lot="", expires_on=None, screening=SCREENING),
    "refused by the person": vaccination(state="not-done", volume_ul=0, lot="", expires_on=None),
    "routine, of a child": vaccination(vaccine=POLIO, age=0, number=1, last_number=None, last_on=None),
    "entered in error": vaccination(state="entered-in-error", screening=SCREENING, reactions=(REACTION,)),
}
