"""Sections of a person's health record: illnesses and laboratory tests."""

from collections.abc import Iterator, Mapping

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.epidemic.case_records import labels, queries
from kini.epidemic.case_records.models import CaseRecord, LabTest
from kini.epidemic.diseases.disease_files import diseases
from kini.epidemic.diseases.schema import Classification
from kini.records.public import (
    ICD10,
    LOINC,
    SNOMED,
    Code,
    HealthEntry,
    HealthSection,
    Problem,
    Subject,
    TestResult,
    health_sections,
)
from kini.web import formats

#: Verification status of FHIR by classification.
CERTAINTY: Mapping[str, str] = {
    Classification.SUSPECTED: "unconfirmed",
    Classification.PROBABLE: "provisional",
    Classification.CONFIRMED: "confirmed",
    Classification.DISCARDED: "refuted",
}
TONES: Mapping[str, str] = {
    Classification.SUSPECTED: "warn",
    Classification.PROBABLE: "warn",
    Classification.CONFIRMED: "bad",
}
RESULT_CODES: Mapping[str, Code] = {
    "positive": Code(SNOMED, "10828004", "Positive"),
    "negative": Code(SNOMED, "260385009", "Negative"),
    "inconclusive": Code(SNOMED, "419984006", "Inconclusive"),
}


def _illnesses(subject: Subject) -> Iterator[HealthEntry]:
    records = queries.standing().filter(person__in=subject.person_ids).select_related("facility")
    for case in records.prefetch_related("disputes").order_by("-reported_on", "-pk"):
        yield _illness(case)


def _illness(case: CaseRecord) -> HealthEntry:
    since = queries.case_day(case)
    disease = diseases().get(case.disease)
    symptoms = ", ".join(labels.symptom_names(case))
    waits = any(not each.decision for each in case.disputes.all())
    lines = (
        _("Since %(day)s") % {"day": formats.day_long(since)},
        _("Symptoms: %(symptoms)s") % {"symptoms": symptoms} if symptoms else "",
        str(case.facility) if case.facility else "",
        f"{labels.outcome_name(case)}, {formats.day_long(case.outcome_on)}" if case.outcome and case.outcome_on else "",
        _("You said that something is wrong. This is being checked.") if waits else "",
    )
    return HealthEntry(
        labels.disease_name(case.disease),
        since,
        tuple(filter(None, lines)),
        labels.classification_label(case.classification),
        TONES.get(case.classification, "neutral"),
        case.reference,
        f"{reverse('epidemic:own-records')}#{case.reference}",
        _("Details, or something is wrong"),
        changed_at=case.updated_at,
        fact=Problem(
            case.reference,
            labels.disease_name(case.disease),
            since,
            tuple(Code(ICD10, each) for each in (disease.icd10[:1] if disease else ())),
            CERTAINTY[case.classification],
            case.outcome_on,
        ),
    )


def _tests(subject: Subject) -> Iterator[HealthEntry]:
    tests = LabTest.objects.filter(person__in=subject.person_ids).select_related("laboratory")
    for test in tests.order_by("-specimen_on", "-pk"):
        yield _test(test)


def _test(test: LabTest) -> HealthEntry:
    disease = diseases().get(test.disease)
    known = disease.tests.get(test.test) if disease else None
    name = f"{labels.test_name(test)}, {labels.disease_name(test.disease)}"
    code = RESULT_CODES.get(test.result)
    lines = (
        _("Specimen taken on %(day)s") % {"day": formats.day_long(test.specimen_on)},
        _("Result of %(day)s") % {"day": formats.day_long(test.result_on)} if test.result_on else "",
        str(test.laboratory) if test.laboratory else "",
        _("Corrected by the laboratory") if test.corrections else "",
    )
    return HealthEntry(
        name,
        test.specimen_on,
        tuple(filter(None, lines)),
        labels.result_name(test.result),
        {"positive": "bad", "negative": "ok"}.get(test.result, "neutral"),
        test.number if test.laboratory_id else "",
        changed_at=test.received_at,
        fact=TestResult(
            f"test-{test.pk}",
            test.specimen_on,
            name,
            tuple(Code(LOINC, each) for each in (known.loinc[:1] if known else ())),
            labels.result_name(test.result) if test.result else "",
            (code,) if code else (),
            str(test.laboratory or ""),
        ),
    )


def register() -> None:
    """Register the sections; called once at start."""
    here = gettext_lazy("Reported to the city by health workers; shown as it stands at this moment.")
    illnesses = HealthSection(
        *(gettext_lazy("Illnesses that are notified"), "heart", 40, _illnesses, here),
        wrong=gettext_lazy("Choose the illness and say what is wrong. An officer compares it and answers you."),
    )
    health_sections.register("illnesses", illnesses)
    tests = HealthSection(
        *(gettext_lazy("Laboratory tests"), "shield", 30, _tests),
        gettext_lazy("Sent to the city by laboratories; a new result shows here within minutes."),
        gettext_lazy("Ask the laboratory to correct the result. The corrected one replaces it here."),
    )
    health_sections.register("tests", tests)
