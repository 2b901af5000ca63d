"""Codes that SATUSEHAT's workflow of vaccinations uses, each with its system and English or Indonesian display."""

from kini.records.public import HL7, ICD10, LOINC, SNOMED, Code

KFA = "http://sys-ids.kemkes.go.id/kfa"
ICD9 = "http://hl7.org/fhir/sid/icd-9-cm"
UCUM = "http://unitsofmeasure.org"
KEMKES = "http://terminology.kemkes.go.id/CodeSystem"
NIK = "https://fhir.kemkes.go.id/id/nik"
MOTHERS_NIK = "https://fhir.kemkes.go.id/id/nik-ibu"
PASSPORT = "https://fhir.kemkes.go.id/id/paspor"
#: KFA's group of COVID-19 vaccines: its campaign has a questionnaire and categories of its own.
COVID_GROUP = "VG213"
SCREENING_FORM = "https://fhir.kemkes.go.id/Questionnaire/Q0015"

AMBULATORY = Code(f"{HL7}/v3-ActCode", "AMB", "ambulatory")
ATTENDER = Code(f"{HL7}/v3-ParticipationType", "ATND", "attender")
SURVEY = Code(f"{HL7}/observation-category", "survey", "Survey")
VITAL_SIGNS = Code(f"{HL7}/observation-category", "vital-signs", "Vital Signs")
EXAM = Code(f"{HL7}/observation-category", "exam", "Exam")
LABORATORY = Code(f"{HL7}/observation-category", "laboratory", "Laboratory")
ACTIVE = Code(f"{HL7}/condition-clinical", "active", "Active")
RESOLVED = Code(f"{HL7}/condition-clinical", "resolved", "Resolved")
ERROR = Code(f"{HL7}/condition-ver-status", "entered-in-error", "Entered in Error")
DIAGNOSIS = Code(f"{HL7}/condition-category", "encounter-diagnosis", "Encounter Diagnosis")
TARGET_CATEGORY = Code(f"{KEMKES}/clinical-term", "OC000133", "Kategori Sasaran Imunisasi COVID-19")
TARGET_SUBCATEGORY = Code(f"{KEMKES}/clinical-term", "OC000134", "Subkategori Penerima Vaksin COVID-19")
TEMPERATURE = Code(LOINC, "8310-5", "Body temperature")
SYSTOLIC = Code(LOINC, "8480-6", "Systolic blood pressure")
DIASTOLIC = Code(LOINC, "8462-4", "Diastolic blood pressure")
SYMPTOM = Code(LOINC, "75325-1", "Symptom")
REACTION = Code(LOINC, "31044-1", "Immunization reaction")
ADMINISTERING = Code(f"{HL7}/v2-0443", "AP", "Administering Provider")
ORDERING = Code(f"{HL7}/v2-0443", "OP", "Ordering Provider")
DEFERRED = Code(f"{KEMKES}/immunization-statusReason", "IS000001", "Tunda")
NOT_GIVEN = Code(f"{KEMKES}/immunization-statusReason", "IS000002", "Tidak Diberikan")
ROUTINE_PROGRAM = Code(f"{KEMKES}/immunization-reason", "IM-Program", "Imunisasi Program")
SPECIAL_PROGRAM = Code(f"{KEMKES}/immunization-reason", "IM-Khusus", "Imunisasi Program Khusus")
INTRAMUSCULAR = Code("http://www.whocc.no/atc", "inj.intramuscular", "Injection Intramuscular")
INTRODUCTION = Code(SNOMED, "107733003", "Introduction procedure")
VACCINATION = Code(ICD9, "99.59", "Other vaccination and inoculation")
NEED_OF_COVID_VACCINE = Code(ICD10, "U11.9", "Need for immunization against COVID-19, unspecified")
NEED_OF_VACCINE = Code(ICD10, "Z26.9", "Need for immunization against unspecified infectious disease")
CHILD = Code(SNOMED, "410601007", "Childhood age person")
ADOLESCENT = Code(SNOMED, "133937008", "Adolescent")
ADULT = Code(SNOMED, "133936004", "Adult")
ELDERLY = Code(SNOMED, "105436006", "Elderly person")
HEALTH_WORKER = Code(SNOMED, "223366009", "Healthcare professional")
COMPLAINT = Code(SNOMED, "105721009", "General problem AND/OR complaint")


def own_system(kind: str, organization: str) -> str:
    """Return the system of an organization's own identifiers of a kind ("encounter")."""
    return f"http://sys-ids.kemkes.go.id/{kind}/{organization}"


def verification(status: str) -> Code:
    """Return a verification status of FHIR ("confirmed")."""
    return Code(f"{HL7}/condition-ver-status", status, status.capitalize())


def age_group(age: int | None) -> Code | None:
    """Return the Ministry's age group of a COVID-19 vaccination; None below 5 years, or of an unknown age."""
    groups = ((60, ELDERLY), (18, ADULT), (12, ADOLESCENT), (5, CHILD))
    return next((group for first, group in groups if age is not None and age >= first), None)
