"""Codes that SATUSEHAT's workflow of vaccinations uses, each with its system and English or Indonesian display."""

from dataclasses import dataclass
from typing import Any

KFA = "http://sys-ids.kemkes.go.id/kfa"
CVX = "http://hl7.org/fhir/sid/cvx"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem"
KEMKES = "http://terminology.kemkes.go.id/CodeSystem"
NIK = "https://fhir.kemkes.go.id/id/nik"
MOTHERS_NIK = "https://fhir.kemkes.go.id/id/nik-ibu"
PASSPORT = "https://fhir.kemkes.go.id/id/paspor"
IHS_NUMBER = "https://fhir.kemkes.go.id/id/ihs-number"
#: KFA's group of COVID-19 vaccines: its campaign has a questionnaire and categories of its own.
COVID_GROUP = "VG213"
SCREENING_FORM = "https://fhir.kemkes.go.id/Questionnaire/Q0015"


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a system with its display."""

    system: str
    code: str
    display: str = ""

    def as_fhir(self) -> dict[str, str]:
        """Return the Coding; without an empty display."""
        return {"system": self.system, "code": self.code} | ({"display": self.display} if self.display else {})


def concept(*codings: Coding) -> dict[str, Any]:
    """Return a CodeableConcept of these codes."""
    return {"coding": [each.as_fhir() for each in codings]}


AMBULATORY = Coding(f"{HL7}/v3-ActCode", "AMB", "ambulatory")
ATTENDER = Coding(f"{HL7}/v3-ParticipationType", "ATND", "attender")
SURVEY = Coding(f"{HL7}/observation-category", "survey", "Survey")
VITAL_SIGNS = Coding(f"{HL7}/observation-category", "vital-signs", "Vital Signs")
EXAM = Coding(f"{HL7}/observation-category", "exam", "Exam")
LABORATORY = Coding(f"{HL7}/observation-category", "laboratory", "Laboratory")
ACTIVE = Coding(f"{HL7}/condition-clinical", "active", "Active")
ERROR = Coding(f"{HL7}/condition-ver-status", "entered-in-error", "Entered in Error")
DIAGNOSIS = Coding(f"{HL7}/condition-category", "encounter-diagnosis", "Encounter Diagnosis")
TARGET_CATEGORY = Coding(f"{KEMKES}/clinical-term", "OC000133", "Kategori Sasaran Imunisasi COVID-19")
RECIPIENT_CATEGORY = Coding(f"{KEMKES}/clinical-term", "OC000134", "Subkategori Penerima Vaksin COVID-19")
TEMPERATURE = Coding(LOINC, "8310-5", "Body temperature")
SYSTOLIC = Coding(LOINC, "8480-6", "Systolic blood pressure")
DIASTOLIC = Coding(LOINC, "8462-4", "Diastolic blood pressure")
REACTION = Coding(LOINC, "31044-1", "Immunization reaction")
ADMINISTERING = Coding(f"{HL7}/v2-0443", "AP", "Administering Provider")
ORDERING = Coding(f"{HL7}/v2-0443", "OP", "Ordering Provider")
DEFERRED = Coding(f"{KEMKES}/immunization-statusReason", "IS000001", "Tunda")
NOT_GIVEN = Coding(f"{KEMKES}/immunization-statusReason", "IS000002", "Tidak Diberikan")
ROUTINE_PROGRAM = Coding(f"{KEMKES}/immunization-reason", "IM-Program", "Imunisasi Program")
SPECIAL_PROGRAM = Coding(f"{KEMKES}/immunization-reason", "IM-Khusus", "Imunisasi Program Khusus")
INTRAMUSCULAR = Coding("http://www.whocc.no/atc", "inj.intramuscular", "Injection Intramuscular")
INTRODUCTION = Coding(SNOMED, "107733003", "Introduction procedure")
VACCINATION = Coding(ICD9, "99.59", "Other vaccination and inoculation")
NEED_OF_COVID_VACCINE = Coding(ICD10, "U11.9", "Need for immunization against COVID-19, unspecified")
NEED_OF_VACCINE = Coding(ICD10, "Z26.9", "Need for immunization against unspecified infectious disease")
CHILD = Coding(SNOMED, "410601007", "Childhood age person")
ADOLESCENT = Coding(SNOMED, "133937008", "Adolescent")
ADULT = Coding(SNOMED, "133936004", "Adult")
ELDERLY = Coding(SNOMED, "105436006", "Elderly person")
NO_COMORBIDITY = Coding(SNOMED, "2667000", "Absent")
COMPLAINT = Coding(SNOMED, "105721009", "General problem AND/OR complaint")


def age_group(age: int | None) -> Coding | None:
    """Return the Ministry's age group of a COVID-19 vaccination; None below 5 years, or of an unknown age."""
    groups = ((60, ELDERLY), (18, ADULT), (12, ADOLESCENT), (5, CHILD))
    return next((group for first, group in groups if age is not None and age >= first), None)
