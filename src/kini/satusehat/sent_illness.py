"""Case records and laboratory results, as they are sent to SATUSEHAT."""

from datetime import date, datetime, time
from uuid import NAMESPACE_URL, UUID, uuid5

from kini.city.models import Unit
from kini.city.public import pack
from kini.core import current_time
from kini.epidemic.models import CaseRecord, LabTest
from kini.epidemic.public import CERTAINTY, RESULT_CODES, case_day, disease_of
from kini.records.public import ICD10, LOINC, SNOMED, Code
from kini.satusehat import national_numbers
from kini.satusehat.fhir.illness import Diagnosis, HealthVisit, LabResult, case_resources, lab_resources
from kini.satusehat.fhir.transaction import Resources
from kini.satusehat.national_numbers import LocalPlace
from kini.satusehat.record_sender import Sendable
from kini.satusehat.refused_records import Problem
from kini.satusehat.satusehat_client import Refused, SatusehatClient
from kini.web.formats import city_time

#: Sources of records that were made in this city: others send their own.
OWN_SOURCES = ("desk", "api")


class SentCase(Sendable):
    """A case record. One that was merged into another is an error at SATUSEHAT."""

    def __init__(self, pk: int) -> None:
        case = self.case = CaseRecord.objects.select_related("person", "facility__area").get(pk=pk)
        self.uuid, self.facility, self.day = _uuid("case", case.reference), case.facility_id, case.reported_on
        self.person, self.is_error = case.person, case.merged_into_id is not None

    def resources(self, client: SatusehatClient, patient: str, edition: int, *, withdrawn: bool = False) -> Resources:
        case, disease = self.case, disease_of(self.case.disease)
        if not disease.icd10:
            raise Refused([Problem(code="no-disease-code", path="Condition.code")])
        symptoms = (disease.symptoms[name] for name in case.symptoms if name in disease.symptoms)
        visit = _visit(self, client, patient, edition, case.facility, case.created_at, withdrawn)
        began = case_day(case)
        diagnosis = Diagnosis(
            Code(ICD10, disease.icd10[0], str(disease.name)),
            CERTAINTY[case.classification],
            is_over=bool(case.outcome),
            began_at=_noon(began, case.created_at) if began >= client.earliest else None,
            symptoms=tuple(Code(SNOMED, each.snomed, str(each.name)) for each in symptoms if each.snomed),
        )
        return case_resources(visit, diagnosis)


class SentTest(Sendable):
    """A laboratory result. A result that was withdrawn is an error at SATUSEHAT."""

    __test__ = False  # not a test of pytest

    def __init__(self, pk: int) -> None:
        test = self.test = LabTest.objects.select_related("person", "laboratory__area").get(pk=pk)
        self.uuid, self.facility, self.day = _uuid("test", str(test.pk)), test.laboratory_id, test.specimen_on
        self.person, self.is_error = test.person, not test.result

    def resources(self, client: SatusehatClient, patient: str, edition: int, *, withdrawn: bool = False) -> Resources:
        test = self.test
        known = disease_of(test.disease).tests[test.test]
        # Of a withdrawn result the last one is marked.
        result = RESULT_CODES.get(test.result or (test.corrections[-1]["result"] if test.corrections else ""))
        if not known.loinc or result is None:
            raise Refused([Problem(code="no-test-code", path="Observation.code")])
        visit = _visit(self, client, patient, edition, test.laboratory, test.received_at, withdrawn)
        taken_at = _noon(test.specimen_on, test.received_at)
        code = Code(LOINC, known.loinc[0], str(known.name))
        return lab_resources(visit, LabResult(code, result, taken_at, is_corrected=bool(test.corrections)))


def _visit(
    source: Sendable,
    client: SatusehatClient,
    patient: str,
    edition: int,
    unit: Unit | None,
    at: datetime,
    withdrawn: bool,
) -> HealthVisit:
    place = _place(unit) if unit else LocalPlace("kini", str(pack.current().name))
    return HealthVisit(
        uuid=source.uuid,
        organization=client.organization,
        patient=patient,
        practitioner=national_numbers.practitioner_number(client, None),
        location=national_numbers.location_number(client, place),
        at=at,
        edition=edition,
        is_error=withdrawn or source.is_error,
    )


def _place(unit: Unit) -> LocalPlace:
    return LocalPlace(unit.pk, str(unit), "fixed", unit.latitude, unit.longitude)


def _noon(day: date, latest: datetime) -> datetime:
    """Moment of a day of which no time is known: noon in the city, or earlier if it was recorded before."""
    return min(datetime.combine(day, time(12), city_time(current_time.now()).tzinfo), latest)


def _uuid(kind: str, key: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"kini:{kind}:{key}")
