"""Case records and laboratory results as SATUSEHAT takes them, from plain values. Pure.

A case record is a visit (Encounter) with its diagnosis (Condition, ICD-10) and an Observation for each symptom; a
laboratory result is a visit with one Observation. Moments are aware; SATUSEHAT takes UTC only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from kini.records.public import Code, concept
from kini.satusehat.fhir import codes
from kini.satusehat.fhir.transaction import Resource, Resources, to_role
from kini.satusehat.fhir.vaccination import as_error, identifier_value, utc

#: Length of a visit of which one moment is known: SATUSEHAT takes no end that is not after the beginning.
SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class HealthVisit:
    """A visit at which something was recorded, with numbers at SATUSEHAT.

    Attributes:
        at: when it was recorded.
        is_error: everything of it is marked as entered in error.
    """

    uuid: UUID
    organization: str
    patient: str
    practitioner: str
    location: str
    at: datetime
    edition: int = 1
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """An illness. `certainty`: of FHIR's verification status; `began_at`: None where it is not known."""

    code: Code
    certainty: str
    is_over: bool
    began_at: datetime | None = None
    symptoms: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class LabResult:
    """A result of a test. `taken_at`: of the specimen; `is_corrected`: another result was sent before."""

    test: Code
    result: Code
    taken_at: datetime
    is_corrected: bool = False


def case_resources(visit: HealthVisit, diagnosis: Diagnosis) -> Resources:
    """Build the resources of a case record by role."""
    return _of(visit, dict(_case(visit, diagnosis)))


def lab_resources(visit: HealthVisit, result: LabResult) -> Resources:
    """Build the resources of a laboratory result by role."""
    status = "corrected" if result.is_corrected else "final"
    observation = _observation(visit, "result", codes.LABORATORY, result.test, result.result, result.taken_at, status)
    return _of(visit, {"encounter": _encounter(visit), "result": observation})


def _of(visit: HealthVisit, resources: Resources) -> Resources:
    return {role: as_error(each) for role, each in resources.items()} if visit.is_error else resources


def _case(visit: HealthVisit, diagnosis: Diagnosis) -> Iterator[tuple[str, Resource]]:
    yield "encounter", _encounter(visit)
    condition = {
        "resourceType": "Condition",
        "identifier": [_identifier(visit, "condition")],
        "clinicalStatus": concept(codes.RESOLVED if diagnosis.is_over else codes.ACTIVE),
        "verificationStatus": concept(codes.verification(diagnosis.certainty)),
        "category": [concept(codes.DIAGNOSIS)],
        "code": concept(diagnosis.code),
        "subject": _patient(visit),
        "encounter": to_role("encounter"),
        "recordedDate": utc(visit.at),
    }
    yield "condition", condition | ({"onsetDateTime": utc(diagnosis.began_at)} if diagnosis.began_at else {})
    for symptom in diagnosis.symptoms:
        role = f"symptom-{symptom.code}"
        yield role, _observation(visit, role, codes.EXAM, codes.SYMPTOM, symptom, diagnosis.began_at or visit.at)


def _encounter(visit: HealthVisit) -> Resource:
    period = {"start": utc(visit.at), "end": utc(visit.at + SHORTEST)}
    return {
        "resourceType": "Encounter",
        "identifier": [_identifier(visit, "encounter")],
        "status": "finished",
        "class": codes.AMBULATORY.as_fhir(),
        "subject": _patient(visit),
        "participant": [{"type": [concept(codes.ATTENDER)], "individual": _practitioner(visit)}],
        "period": period,
        "location": [{"location": {"reference": f"Location/{visit.location}"}}],
        "statusHistory": [{"status": status, "period": period} for status in ("arrived", "in-progress", "finished")],
        "serviceProvider": _organization(visit),
    }


def _observation(
    visit: HealthVisit, role: str, category: Code, code: Code, value: Code, at: datetime, status: str = "final"
) -> Resource:
    return {
        "resourceType": "Observation",
        "identifier": [_identifier(visit, "observation", role)],
        "status": status,
        "category": [concept(category)],
        "code": concept(code),
        "subject": _patient(visit),
        "performer": [_practitioner(visit), _organization(visit)],
        "encounter": to_role("encounter"),
        "effectiveDateTime": utc(at),
        "issued": utc(visit.at),
        "valueCodeableConcept": concept(value),
    }


def _identifier(visit: HealthVisit, kind: str, role: str = "") -> dict[str, Any]:
    value = identifier_value(visit.uuid, visit.edition)
    return {"system": codes.own_system(kind, visit.organization), "value": f"{value}-{role}" if role else value}


def _patient(visit: HealthVisit) -> dict[str, str]:
    return {"reference": f"Patient/{visit.patient}"}


def _practitioner(visit: HealthVisit) -> dict[str, str]:
    return {"reference": f"Practitioner/{visit.practitioner}"}


def _organization(visit: HealthVisit) -> dict[str, str]:
    return {"reference": f"Organization/{visit.organization}"}
