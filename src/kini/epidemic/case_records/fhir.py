"""Laboratory results in FHIR R4: what is read of Observation, DiagnosticReport and Patient. Pure.

Members that Kini does not read are ignored. Codes of tests are LOINC, as the disease's file has them; results are LOINC
answers or SNOMED CT. Numbers of patients are those of SATUSEHAT (national number) or any other.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from kini.core.actors import ActionRefused
from kini.epidemic.diseases.schema import Disease
from kini.records.public import LOINC

NIK_SYSTEM = "https://fhir.kemkes.go.id/id/nik"
#: Results by code of LOINC answers and SNOMED CT, and by the words of labels.
RESULTS: Mapping[str, str] = {
    **dict.fromkeys(("LA6576-8", "LA11882-0", "10828004", "260373001", "positive", "detected"), "positive"),
    **dict.fromkeys(("LA6577-6", "LA11883-8", "260385009", "260415000", "negative", "not detected"), "negative"),
    **dict.fromkeys(("LA9663-1", "419984006", "inconclusive"), "inconclusive"),
}
WITHDRAWN = {"cancelled", "entered-in-error"}
Status = Literal[
    "registered", "preliminary", "partial", "final", "amended", "corrected", "appended", "cancelled",
    "entered-in-error", "unknown",
]  # fmt: skip


class Resource(BaseModel):
    """Part of a resource: other members are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Coding(Resource):
    """A code of a system."""

    system: str = Field(default="", max_length=200)
    code: str = Field(default="", max_length=80)
    display: str = Field(default="", max_length=200)


class CodeableConcept(Resource):
    """Codes of one concept, and its text."""

    coding: list[Coding] = Field(default=[], max_length=20)
    text: str = Field(default="", max_length=200)


class Identifier(Resource):
    """A number of a system."""

    system: str = Field(default="", max_length=200)
    value: str = Field(default="", max_length=80)


class HumanName(Resource):
    """A name: whole, or in parts."""

    text: str = Field(default="", max_length=160)
    given: list[str] = Field(default=[], max_length=10)
    family: str = Field(default="", max_length=160)

    @property
    def whole(self) -> str:
        """The name as one text."""
        return (self.text or " ".join([*self.given, self.family])).strip()[:160]


class ContactPoint(Resource):
    """A phone number or another contact."""

    system: str = Field(default="", max_length=20)
    value: str = Field(default="", max_length=80)


class Patient(Resource):
    """A patient, contained in the Observation or DiagnosticReport."""

    resourceType: Literal["Patient"]  # noqa: N815 -- as FHIR has it
    id: str = Field(default="", max_length=64)
    identifier: list[Identifier] = Field(default=[], max_length=10)
    name: list[HumanName] = Field(default=[], max_length=10)
    gender: str = Field(default="", max_length=10)
    birthDate: str = Field(default="", max_length=10)  # noqa: N815
    telecom: list[ContactPoint] = Field(default=[], max_length=10)


class Reference(Resource):
    """A reference: to a contained resource ("#patient"), or by a number."""

    reference: str = Field(default="", max_length=200)
    identifier: Identifier | None = None
    display: str = Field(default="", max_length=160)


class ContainedObservation(Resource):
    """An Observation: one test of one specimen."""

    resourceType: Literal["Observation"]  # noqa: N815
    id: str = Field(default="", max_length=64)
    identifier: list[Identifier] = Field(default=[], max_length=10, description="The laboratory's number comes first.")
    status: Status
    code: CodeableConcept
    subject: Reference = Reference()
    effectiveDateTime: str = Field(default="", max_length=40, description="When the specimen was taken.")  # noqa: N815
    issued: str = Field(default="", max_length=40, description="When the result was known.")
    valueCodeableConcept: CodeableConcept | None = None  # noqa: N815
    valueString: str = Field(default="", max_length=80)  # noqa: N815


class ObservationIn(ContainedObservation):
    """An Observation with its Patient contained."""

    contained: list[Patient] = Field(default=[], max_length=5)


class DiagnosticReportIn(Resource):
    """A DiagnosticReport with its Observations and Patient contained."""

    resourceType: Literal["DiagnosticReport"]  # noqa: N815
    identifier: list[Identifier] = Field(default=[], max_length=10)
    status: Status
    subject: Reference = Reference()
    effectiveDateTime: str = Field(default="", max_length=40)  # noqa: N815
    issued: str = Field(default="", max_length=40)
    contained: list[Patient | ContainedObservation] = Field(default=[], max_length=20)


@dataclass(frozen=True, slots=True)
class ReceivedPatient:
    """A patient as a laboratory names them; what is not known is empty. `area`: code of the residence."""

    number: str = ""
    is_national: bool = False
    name: str = ""
    birth_date: date | None = None
    sex: str = ""
    phone: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedResult:
    """A test with its result, as actions take it. `withdrawn`: the laboratory says that there was none."""

    disease: str
    test: str
    result: str
    withdrawn: bool
    number: str
    specimen_on: date
    result_on: date | None
    patient: ReceivedPatient


def read_observation(sent: ObservationIn, diseases: Mapping[str, Disease], zone: tzinfo) -> ReceivedResult:
    """Read an Observation.

    Raises:
        ActionRefused: for what is missing or unknown, with what to send.
    """
    return _read(sent, _patient(sent.subject, sent.contained), diseases, zone)


def read_report(sent: DiagnosticReportIn, diseases: Mapping[str, Disease], zone: tzinfo) -> Iterator[ReceivedResult]:
    """Read the Observations of a DiagnosticReport. What they do not say the report says for all.

    Raises:
        ActionRefused: as `read_observation`.
    """
    patients = [each for each in sent.contained if isinstance(each, Patient)]
    observations = [each for each in sent.contained if isinstance(each, ContainedObservation)]
    if not observations:
        raise ActionRefused(_("The report has no result. Send its Observations in “contained”."))
    for each in observations:
        whole = each.model_copy(
            update={
                "subject": each.subject if each.subject != Reference() else sent.subject,
                "identifier": each.identifier or (sent.identifier if len(observations) == 1 else []),
                "status": sent.status if sent.status in WITHDRAWN else each.status,
                "effectiveDateTime": each.effectiveDateTime or sent.effectiveDateTime,
                "issued": each.issued or sent.issued,
            }
        )
        yield _read(whole, _patient(whole.subject, patients), diseases, zone)


def _read(
    sent: ContainedObservation, patient: ReceivedPatient, diseases: Mapping[str, Disease], zone: tzinfo
) -> ReceivedResult:
    number = next((each.value for each in sent.identifier if each.value), "")
    if not number:
        raise ActionRefused(_("Send the laboratory's number in “identifier”: by it a result is stored only once."))
    disease, test = _test(sent.code, diseases)
    withdrawn = sent.status in WITHDRAWN
    specimen_on = _day(sent.effectiveDateTime, zone)
    if specimen_on is None:
        raise ActionRefused(_("Send in “effectiveDateTime” when the specimen was taken."))
    result = "" if withdrawn or sent.status == "registered" else _result(sent)
    return ReceivedResult(
        disease, test, result, withdrawn, number, specimen_on, _day(sent.issued, zone) if result else None, patient
    )


def _test(code: CodeableConcept, diseases: Mapping[str, Disease]) -> tuple[str, str]:
    codes = [each.code for each in code.coding if each.system in (LOINC, "")]
    for name, disease in diseases.items():
        for test, known in disease.tests.items():
            if set(codes) & set(known.loinc):
                return name, test
    raise ActionRefused(
        _("No disease of this city has a test with the LOINC code %(codes)s.") % {"codes": ", ".join(codes) or "–"}
    )


def _result(sent: ContainedObservation) -> str:
    value = sent.valueCodeableConcept or CodeableConcept()
    words = [*(each.code for each in value.coding), *(each.display for each in value.coding), value.text]
    for each in (*words, sent.valueString):
        if known := RESULTS.get(each) or RESULTS.get(each.strip().casefold()):
            return known
    raise ActionRefused(
        _("Send the result in “valueCodeableConcept”, as LOINC answer or SNOMED CT code, such as LA11882-0 (detected).")
    )


def _patient(subject: Reference, contained: list[Patient]) -> ReceivedPatient:
    if subject.reference.startswith("#"):
        patient = next((each for each in contained if f"#{each.id}" == subject.reference), None)
    else:
        patient = contained[0] if len(contained) == 1 and not subject.identifier else None
    identifiers = [*([subject.identifier] if subject.identifier else []), *(patient.identifier if patient else [])]
    national = next((each.value for each in identifiers if each.system == NIK_SYSTEM and each.value), "")
    number = national or next((each.value for each in identifiers if each.value), "")
    name = next((each.whole for each in patient.name if each.whole), "") if patient else ""
    if not (number or name):
        raise ActionRefused(_("Send the patient: in “contained” with name and numbers, or by “subject.identifier”."))
    return ReceivedPatient(
        number,
        bool(national),
        name or subject.display,
        _birth(patient.birthDate) if patient else None,
        patient.gender if patient and patient.gender in ("female", "male") else "",
        next((each.value for each in patient.telecom if each.system == "phone"), "") if patient else "",
    )


def _birth(text: str) -> date | None:
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) and _is_date(text) else None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day(text: str, zone: tzinfo) -> date | None:
    """Return the day of a FHIR dateTime in the city; a bare date is that day.

    Raises:
        ActionRefused: for anything else, also for a month or year alone.
    """
    if not text:
        return None
    try:
        if len(text) == len("2021-07-01"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(zone) if moment.tzinfo else moment).date()
    except ValueError:
        raise ActionRefused(
            _("“%(text)s” is no date. Send it like 2021-07-01T08:00:00+07:00.") % {"text": text}
        ) from None
