"""The patient summary: valid FHIR, with the sections that every summary has, in both languages."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils import translation
from fhir.resources.R4B.bundle import Bundle

from kini.health_record.patient_summary import SummaryOf, patient_summary
from kini.records.public import Code, Immunization, Problem, TestResult

AT = datetime(2026, 12, 1, 3, tzinfo=UTC)
DAY = date(2026, 11, 3)
ABOUT = SummaryOf("7", 'Siti "Contoh" <b>', date(1990, 7, 4), "female", "Kota", "https://kota.example", "id", AT)
REQUIRED = {"11450-4", "48765-2", "10160-0"}
FACTS = (
    Immunization(
        *("VC-1", DAY, "CoronaVac", (Code("http://hl7.org/fhir/sid/cvx", "511"),), 2, "COVID-19"),
        (Code("http://snomed.info/sct", "840539006"),),
        lot="CB4205",
        place="Puskesmas",
    ),
    Immunization("VC-2", DAY, "CoronaVac", not_done="Demam"),
    TestResult("T-1", DAY, "PCR", (Code("http://loinc.org", "94500-6"),), "Positif", laboratory="Labkesda"),
    TestResult("T-2", DAY, "PCR"),
    Problem("EP-1", "COVID-19", DAY, (Code("http://hl7.org/fhir/sid/icd-10", "U07.1"),), "confirmed", DAY),
    Problem("EP-2", "Campak", DAY, certainty="refuted"),
)


def sections(bundle: dict[str, Any]) -> dict[str, Any]:
    return {each["code"]["coding"][0]["code"]: each for each in bundle["entry"][0]["resource"]["section"]}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("facts", [(), FACTS], ids=["empty", "full"])
def test_a_summary_is_valid_and_whole(facts, language):
    with translation.override(language):
        bundle = patient_summary(ABOUT, facts)
    Bundle.model_validate(bundle)
    assert (bundle["type"], bundle["entry"][0]["resource"]["resourceType"]) == ("document", "Composition")
    assert set(sections(bundle)) >= REQUIRED | {"11369-6"}
    known = {each["fullUrl"] for each in bundle["entry"]}
    assert len(known) == len(bundle["entry"])
    for section in sections(bundle).values():
        assert section["entry"]
        assert {each["reference"] for each in section["entry"]} <= known
        assert section["text"]["div"].startswith('<div xmlns="http://www.w3.org/1999/xhtml">')


def test_what_is_not_known_is_said_and_results_to_come_are_left_out():
    absent = patient_summary(ABOUT, ())
    codes = str(absent)
    for name in ("no-allergy-info", "no-medication-info", "no-problem-info", "no-immunization-info"):
        assert name in codes
    full = sections(patient_summary(ABOUT, FACTS))
    assert len(full["30954-2"]["entry"]) == 1
    assert len(full["11369-6"]["entry"]) == 2
    assert "30954-2" not in sections(absent)


def test_texts_are_escaped_and_ids_are_stable():
    bundle = patient_summary(ABOUT, FACTS)
    texts = [each["resource"]["text"]["div"] for each in bundle["entry"]]
    assert not any("<b>" in each for each in texts)
    assert bundle == patient_summary(ABOUT, FACTS)
    others = patient_summary(SummaryOf(*("8", *list(vars_of(ABOUT))[1:])), FACTS)
    assert others["entry"][1]["fullUrl"] != bundle["entry"][1]["fullUrl"]


def vars_of(about: SummaryOf):
    return (getattr(about, name) for name in SummaryOf.__slots__)
