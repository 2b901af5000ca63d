"""Personal data of case records, for copy, notice and deletion."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from kini.epidemic.case_records.labels import classification_label, disease_name, outcome_name, symptom_names
from kini.epidemic.case_records.models import CaseDispute, CaseRecord, LabTest
from kini.people import queries as people_queries
from kini.people.public import DataRecord, DataSubject, LegalBasis, PersonalDataCategory, personal_data_categories


def _cases(subject: DataSubject) -> Iterator[DataRecord]:
    ids = people_queries.person_tree(subject.resident.person_id)
    for case in CaseRecord.objects.filter(person__in=ids).order_by("pk"):
        yield {
            "number": case.reference,
            "disease": disease_name(case.disease),
            "classification": classification_label(case.classification),
            "onset": case.onset_on,
            "reported": case.reported_on,
            "symptoms": symptom_names(case),
            "outcome": outcome_name(case),
            "note": case.note,
        }
        for dispute in CaseDispute.objects.filter(case=case).order_by("pk"):
            yield {
                "number": case.reference,
                "note": f"{dispute.words} / {dispute.answer}",
                "reported": dispute.filed_at,
            }


def _tests(subject: DataSubject) -> Iterator[DataRecord]:
    ids = people_queries.person_tree(subject.resident.person_id)
    for test in LabTest.objects.filter(person__in=ids).select_related("laboratory").order_by("specimen_on", "pk"):
        yield {
            "disease": disease_name(test.disease),
            "test": test.test,
            "specimen": test.specimen_on,
            "result": test.result,
            "reported": test.result_on,
            "laboratory": str(test.laboratory or ""),
            "number": test.number,
        }


def register() -> None:
    """Register the categories; called once at start."""
    purpose = _("So that you are treated, others are protected, and the city knows how a disease spreads")
    seen_by = _("You, health workers of your facility and area, and in an emergency others; every look is logged")
    stays = _("The law keeps medical records for 25 years. You can say what is wrong in them.")
    for category in (
        PersonalDataCategory(
            "epidemic.cases",
            _("Records of illnesses that are notified"),
            _("Symptoms, classification, stays in hospital and outcome, and what you said about a record"),
            purpose,
            LegalBasis.LAW,
            seen_by,
            {
                "number": _("Number"),
                "disease": _("Disease"),
                "classification": _("Classification"),
                "onset": _("First symptoms on"),
                "reported": _("Reported on"),
                "symptoms": _("Symptoms"),
                "outcome": _("Outcome"),
                "note": _("Note"),
            },
            _cases,
            rules=("epidemic.cases",),
            stays=stays,
        ),
        PersonalDataCategory(
            "epidemic.tests",
            _("Laboratory tests"),
            _("Tests for diseases that are notified, and their results"),
            purpose,
            LegalBasis.LAW,
            seen_by,
            {
                "disease": _("Disease"),
                "test": _("Test"),
                "specimen": _("Specimen taken on"),
                "result": _("Result"),
                "reported": _("Result of"),
                "laboratory": _("Laboratory"),
                "number": _("Number"),
            },
            _tests,
            rules=("epidemic.tests",),
            stays=stays,
        ),
    ):
        personal_data_categories.register(category.name, category)
