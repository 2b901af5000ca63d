"""A vaccination as SATUSEHAT takes it: visit, screening, dose and adverse events, from plain values. Pure.

The workflow is the Ministry's: Encounter (arrived, in progress, finished), Observations of target category and vital
signs, screening form Q0015, Immunization, Procedure, and an Observation for each adverse event that the Immunization
names. Moments are aware; SATUSEHAT takes UTC only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kini.records.public import CVX, Code, concept
from kini.satusehat.fhir import codes
from kini.satusehat.fhir.transaction import Resource, Resources, to_role


@dataclass(frozen=True, slots=True)
class VaccineCodes:
    """Codes of a vaccine: product and group of the KFA, CVX; what is not known is empty."""

    kfa: str = ""
    kfa_group: str = ""
    cvx: str = ""

    @property
    def is_covid(self) -> bool:
        """True for vaccines of the COVID-19 group."""
        return self.kfa_group == codes.COVID_GROUP


@dataclass(frozen=True, slots=True)
class Screening:
    """Answers before the dose; None or empty where nothing was asked. Temperature in °C, pressure in mmHg."""

    at: datetime
    temperature: Decimal | None = None
    systolic: int | None = None
    diastolic: int | None = None
    healthy: bool | None = None
    severe_allergy: bool | None = None
    autoimmune: bool | None = None
    had_covid: bool | None = None
    pregnant: bool | None = None
    health_worker: bool | None = None
    comorbidities: tuple[Code, ...] = ()
    immunocompromised: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Reaction:
    """An adverse event after the dose, with its signs in words. `reported`: told by the person afterwards."""

    uuid: UUID
    code: Code
    at: datetime
    reported: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Vaccination:
    """A dose that was given or not done, as its payloads are built from it.

    Attributes:
        edition: see `models.NationalRecord`.
        organization, patient, practitioner, location: numbers at SATUSEHAT.
        state: of `Dose.STATES`.
        deferred: not done today, but later.
        arrived_at, occurred_at, left_at: of the visit, in order.
        expires_on: of the lot.
        last_number, last_on: dose before this one.
        encounter: the dose of whose Encounter this one is: the first of its visit; None: its own.
        encounter_stands: another dose of the Encounter stands, also when this one was an error.
    """

    uuid: UUID
    organization: str
    patient: str
    practitioner: str
    location: str
    state: str
    vaccine: VaccineCodes
    number: int
    arrived_at: datetime
    occurred_at: datetime
    left_at: datetime
    edition: int = 1
    deferred: bool = False
    lot: str = ""
    expires_on: date | None = None
    volume_ul: int = 0
    age: int | None = None
    is_health_worker: bool = False
    last_number: int | None = None
    last_on: date | None = None
    screening: Screening | None = None
    reactions: tuple[Reaction, ...] = ()
    encounter: UUID | None = None
    encounter_stands: bool = False

    @property
    def value(self) -> str:
        """Value of its own identifiers."""
        return identifier_value(self.uuid, self.edition)


def identifier_value(dose: UUID, edition: int) -> str:
    """Return the value of a dose's own identifiers, in an edition of its record."""
    return str(dose) if edition == 1 else f"{dose}-{edition}"


def resources_of(dose: Vaccination) -> Resources:
    """Build the resources of a vaccination by role; a dose entered in error is one in each of its own.

    Doses of one visit have one Encounter: whichever is sent first creates it, the others find it by its identifier.
    """
    if dose.state == "entered-in-error":
        given = replace(dose, state="given" if dose.volume_ul else "not-done")
        return {
            role: resource if role == "encounter" and dose.encounter_stands else as_error(resource)
            for role, resource in resources_of(given).items()
        }
    return dict(_resources(dose))


def _resources(dose: Vaccination) -> Iterator[tuple[str, Resource]]:
    given = dose.state == "given"
    yield "encounter", _encounter(dose)
    yield "condition", _condition(dose)
    if dose.vaccine.is_covid and (group := codes.age_group(dose.age)):
        yield "target", _observation(dose, "target", codes.SURVEY, codes.TARGET_CATEGORY, group)
    if dose.vaccine.is_covid and dose.is_health_worker:
        yield (
            "subcategory",
            _observation(dose, "subcategory", codes.SURVEY, codes.TARGET_SUBCATEGORY, codes.HEALTH_WORKER),
        )
    if dose.screening:
        yield from _vital_signs(dose, dose.screening)
        if dose.vaccine.is_covid:
            yield "questionnaire", _questionnaire(dose, dose.screening)
    yield "immunization", _immunization(dose)
    if given:
        yield "procedure", _procedure(dose)
    for reaction in dose.reactions:
        role = f"reaction-{reaction.uuid}"
        observation = _observation(dose, role, codes.EXAM, codes.REACTION, reaction.code, at=reaction.at)
        if reaction.text:
            observation["valueCodeableConcept"]["text"] = reaction.text
        yield role, observation


def _encounter(dose: Vaccination) -> Resource:
    # The Condition names its Encounter: naming it back would be a circle, which not every server resolves.
    steps = (
        ("arrived", dose.arrived_at, dose.occurred_at),
        ("in-progress", dose.occurred_at, dose.left_at),
        ("finished", dose.left_at, dose.left_at),
    )
    return {
        "resourceType": "Encounter",
        "identifier": [
            {
                "system": codes.own_system("encounter", dose.organization),
                "value": identifier_value(dose.encounter or dose.uuid, dose.edition),
            }
        ],
        "status": "finished",
        "class": codes.AMBULATORY.as_fhir(),
        "subject": _patient(dose),
        "participant": [{"type": [concept(codes.ATTENDER)], "individual": _practitioner(dose)}],
        "period": {"start": utc(dose.arrived_at), "end": utc(dose.left_at)},
        "location": [{"location": _location(dose)}],
        "statusHistory": [
            {"status": status, "period": {"start": utc(start), "end": utc(end)}} for status, start, end in steps
        ],
        "serviceProvider": _organization(dose),
    }


def _condition(dose: Vaccination) -> Resource:
    return {
        "resourceType": "Condition",
        "identifier": [_identifier(dose, "condition")],
        "clinicalStatus": concept(codes.ACTIVE),
        "category": [concept(codes.DIAGNOSIS)],
        "code": concept(_need(dose)),
        "subject": _patient(dose),
        "encounter": to_role("encounter"),
        "onsetDateTime": utc(dose.arrived_at),
        "recordedDate": utc(dose.occurred_at),
    }


def _observation(
    dose: Vaccination, role: str, category: Code, code: Code, value: Code, *, at: datetime | None = None
) -> Resource:
    return _measured(dose, role, category, code, at or dose.arrived_at) | {"valueCodeableConcept": concept(value)}


def _measured(dose: Vaccination, role: str, category: Code, code: Code, at: datetime) -> Resource:
    return {
        "resourceType": "Observation",
        "identifier": [_identifier(dose, "observation", role)],
        "status": "final",
        "category": [concept(category)],
        "code": concept(code),
        "subject": _patient(dose),
        "performer": [_practitioner(dose), _organization(dose)],
        "encounter": to_role("encounter"),
        "effectiveDateTime": utc(at),
        "issued": utc(at),
    }


def _vital_signs(dose: Vaccination, screening: Screening) -> Iterator[tuple[str, Resource]]:
    signs = (
        ("temperature", codes.TEMPERATURE, screening.temperature, "C", "Cel"),
        ("systolic", codes.SYSTOLIC, screening.systolic, "mm[Hg]", "mm[Hg]"),
        ("diastolic", codes.DIASTOLIC, screening.diastolic, "mm[Hg]", "mm[Hg]"),
    )
    for role, code, value, unit, ucum in signs:
        if value is not None:
            quantity = {"value": float(value), "unit": unit, "system": codes.UCUM, "code": ucum}
            yield role, _measured(dose, role, codes.VITAL_SIGNS, code, screening.at) | {"valueQuantity": quantity}


def _immunization(dose: Vaccination) -> Resource:
    given = dose.state == "given"
    resource = {
        "resourceType": "Immunization",
        "identifier": [_identifier(dose, "immunization")],
        "status": "completed" if given else "not-done",
        "vaccineCode": concept(*_vaccine(dose.vaccine, with_product=given)),
        "patient": _patient(dose),
        "encounter": to_role("encounter"),
        "occurrenceDateTime": utc(dose.occurred_at),
        "recorded": utc(dose.occurred_at),
        "primarySource": True,
        "location": _location(dose),
        "performer": [
            {"function": concept(codes.ADMINISTERING if given else codes.ORDERING), "actor": _practitioner(dose)},
            {"actor": _organization(dose)},
        ],
        "reasonCode": [concept(codes.SPECIAL_PROGRAM if dose.vaccine.is_covid else codes.ROUTINE_PROGRAM)],
        "protocolApplied": [{"doseNumberPositiveInt": dose.number}],
    }
    if not given:
        return resource | {"statusReason": concept(codes.DEFERRED if dose.deferred else codes.NOT_GIVEN)}
    if dose.lot:
        resource["lotNumber"] = dose.lot
    if dose.expires_on:
        resource["expirationDate"] = dose.expires_on.isoformat()
    if dose.vaccine.is_covid:
        resource["route"] = concept(codes.INTRAMUSCULAR)
    if dose.volume_ul:
        millilitres = dose.volume_ul / 1000
        resource["doseQuantity"] = {"value": millilitres, "unit": "mL", "system": codes.UCUM, "code": "mL"}
    if dose.reactions:
        resource["reaction"] = [
            {"date": utc(each.at), "detail": to_role(f"reaction-{each.uuid}"), "reported": each.reported}
            for each in dose.reactions
        ]
    return resource


def _vaccine(vaccine: VaccineCodes, *, with_product: bool) -> Iterator[Code]:
    if vaccine.kfa and (with_product or not vaccine.kfa_group):
        yield Code(codes.KFA, vaccine.kfa)
    if vaccine.kfa_group:
        yield Code(codes.KFA, vaccine.kfa_group)
    if vaccine.cvx and with_product:
        yield Code(CVX, vaccine.cvx)


def _procedure(dose: Vaccination) -> Resource:
    return {
        "resourceType": "Procedure",
        "identifier": [_identifier(dose, "procedure")],
        "status": "completed",
        "category": concept(codes.INTRODUCTION, text=codes.INTRODUCTION.display),
        "code": concept(codes.VACCINATION),
        "subject": _patient(dose),
        "encounter": to_role("encounter"),
        "performedPeriod": {"start": utc(dose.occurred_at), "end": utc(dose.left_at)},
        "performer": [{"actor": _practitioner(dose)}],
        "reasonCode": [concept(_need(dose))],
    }


def _questionnaire(dose: Vaccination, screening: Screening) -> Resource:
    return {
        "resourceType": "QuestionnaireResponse",
        "identifier": _identifier(dose, "questionnaireresponse"),
        "questionnaire": codes.SCREENING_FORM,
        "status": "completed",
        "subject": _patient(dose),
        "encounter": to_role("encounter"),
        "authored": utc(screening.at),
        "author": _practitioner(dose),
        "source": _patient(dose),
        "item": list(_items(dose, screening)),
    }


def _items(dose: Vaccination, screening: Screening) -> Iterator[Resource]:
    number = f"dosis {dose.last_number}" if dose.last_number else None
    group = codes.age_group(dose.age)
    identity = [
        _item("1.1", "Dosis terakhir imunisasi COVID-19 yang didapatkan", valueString=number),
        _item("1.2", "Kapan terakhir kali menerima imunisasi COVID-19?", valueDate=_iso(dose.last_on)),
    ]
    target = [
        _item("2.1", "Usia", valueCoding=group.as_fhir() if group else None),
        _item("2.2", "Ibu Hamil", valueBoolean=screening.pregnant),
        _item("2.3", "Tenaga Kesehatan", valueBoolean=screening.health_worker),
        _codings(
            "2.4", "Apakah Anda memiliki penyakit komorbid (jawaban boleh lebih dari satu)", screening.comorbidities
        ),
        _codings(
            "2.5", "Apakah Anda memiliki immunocompromised (jawaban boleh lebih dari satu)", screening.immunocompromised
        ),
        _item("2.6", "Kategori Sasaran", valueReference=to_role("target") if group else None),
    ]
    has = screening
    questions = [
        _item(
            "3.1",
            "Apakah Anda hari ini dalam keadaan sehat? (komorbid dan imunocompromised Anda dalam kondisi terkontrol)",
            valueBoolean=has.healthy,
        ),
        _item("3.2", "Suhu", valueReference=to_role("temperature") if has.temperature is not None else None),
        _item(
            "3.3", "Tekanan Darah Sistolik", valueReference=to_role("systolic") if has.systolic is not None else None
        ),
        _item(
            "3.4", "Tekanan Darah Diastolik", valueReference=to_role("diastolic") if has.diastolic is not None else None
        ),
        _item(
            "3.5",
            "Apakah Anda memiliki riwayat alergi berat seperti sesak napas, bengkak dan urtikaria seluruh badan atau"
            " reaksi berat lainnya karena vaksin?",
            valueBoolean=has.severe_allergy,
        ),
        _item(
            "3.6",
            "Apakah Anda seorang yang mengidap penyakit autoimun, dan saat ini dalam kondisi aktif?",
            valueBoolean=has.autoimmune,
        ),
        _item("3.7", "Apakah Anda pernah terkonfirmasi menderita COVID-19?", valueBoolean=has.had_covid),
        _item("3.8", "Apakah Anda sedang hamil?", valueBoolean=has.pregnant),
        _item("3.9", "Hasil Skrining", valueReference=to_role("immunization")),
    ]
    for link, text, items in (
        ("1", "Verifikasi Data Identitas", identity),
        ("2", "Penentuan Sasaran", target),
        ("3", "Skrining", questions),
    ):
        if answered := [each for each in items if "answer" in each]:
            yield {"linkId": link, "text": text, "item": answered}
    yield _item("4", "Hasil Pelayanan Imunisasi", valueReference=to_role("immunization"))
    if dose.reactions:
        names = ", ".join(each.text or each.code.display or each.code.code for each in dose.reactions)
        complaint = {"valueCoding": codes.COMPLAINT.as_fhir()}
        told = _item("5.1", "Sebutkan keluhan jika ada", valueString=names)
        yield {"linkId": "5", "text": "Hasil Observasi", "answer": [complaint | {"item": [told]}]}


def _item(link: str, text: str, **answer: Any) -> Resource:
    """Return an item, without an answer where there is none."""
    answers = [{name: value} for name, value in answer.items() if value is not None]
    return {"linkId": link, "text": text} | ({"answer": answers} if answers else {})


def _codings(link: str, text: str, answers: tuple[Code, ...]) -> Resource:
    item: Resource = {"linkId": link, "text": text}
    return item | ({"answer": [{"valueCoding": each.as_fhir()} for each in answers]} if answers else {})


def as_error(resource: Resource) -> Resource:
    """Return a resource as entered in error (FHIR R4, con-5: such a Condition has no clinical status)."""
    if resource["resourceType"] != "Condition":
        return resource | {"status": "entered-in-error"}
    return {name: value for name, value in resource.items() if name != "clinicalStatus"} | {
        "verificationStatus": concept(codes.ERROR)
    }


def _need(dose: Vaccination) -> Code:
    return codes.NEED_OF_COVID_VACCINE if dose.vaccine.is_covid else codes.NEED_OF_VACCINE


def _identifier(dose: Vaccination, kind: str, role: str = "") -> dict[str, str]:
    value = f"{dose.value}-{role}" if role else dose.value
    return {"system": codes.own_system(kind, dose.organization), "value": value}


def _patient(dose: Vaccination) -> dict[str, str]:
    return {"reference": f"Patient/{dose.patient}"}


def _practitioner(dose: Vaccination) -> dict[str, str]:
    return {"reference": f"Practitioner/{dose.practitioner}"}


def _location(dose: Vaccination) -> dict[str, str]:
    return {"reference": f"Location/{dose.location}"}


def _organization(dose: Vaccination) -> dict[str, str]:
    return {"reference": f"Organization/{dose.organization}"}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def utc(moment: datetime) -> str:
    """Format a moment as SATUSEHAT takes it: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
