"""Payloads of vaccinations: valid FHIR R4B, shaped as the Ministry's examples, in UTC, the same again."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class

from kini.satusehat.fhir.transaction import bundle_of, digest_of
from kini.satusehat.fhir.vaccination import resources_of
from tests.satusehat.payloads import AT, POLIO, REACTION, SCREENING, SORTS, UUID_, vaccination

EXAMPLES = Path(__file__).parents[3] / "shared" / "vectors" / "satusehat" / "covid-vaccination"


def texts(value: Any) -> Iterator[str]:
    """All texts in a payload."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("sort", SORTS)
def test_payloads_are_valid_fhir(sort: str) -> None:
    bundle = bundle_of(resources_of(SORTS[sort]), {}, UUID_)
    get_fhir_model_class("Bundle").model_validate(bundle)
    for entry in bundle["entry"]:
        resource = entry["resource"]
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


@pytest.mark.parametrize("sort", SORTS)
def test_references_lead_to_entries_and_times_are_utc(sort: str) -> None:
    bundle = bundle_of(resources_of(SORTS[sort]), {}, UUID_)
    entries = {each["fullUrl"] for each in bundle["entry"]}
    for entry in bundle["entry"]:
        for text in texts(entry["resource"]):
            assert not text.startswith("role:")
            assert not text.startswith("urn:uuid:") or text in entries
            if re.match(r"\d{4}-\d\d-\d\dT", text):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", text)
    assert len({each["request"]["ifNoneExist"] for each in bundle["entry"]}) == len(entries)


@pytest.mark.skipif(not EXAMPLES.exists(), reason=f"no reference vectors in {EXAMPLES}")
@pytest.mark.parametrize(
    ("example", "role", "sort"),
    [
        ("Immunization-Create-Imunisasi-Complete-ByNakes-1", "immunization", "usual"),
        ("Immunization-Create-Imunisasi-Complete-ByNakes-2", "immunization", "screened, with an adverse event"),
        ("Immunization-Create-Imunisasi-Tunda", "immunization", "deferred"),
        ("Immunization-Create-Imunisasi-TidakVaksin", "immunization", "refused by the person"),
        ("Encounter-Update-PasienPulang", "encounter", "usual"),
        ("Condition-Create-PencatatanDiagnosis", "condition", "usual"),
        ("Observation-Create-KategoriSasaran", "target", "usual"),
        ("Observation-Create-Suhu", "temperature", "deferred"),
        ("Observation-Create-Sistolik", "systolic", "deferred"),
        ("Observation-Create-Diastolik", "diastolic", "deferred"),
        ("Observation-Create-KIPI-Malaise", f"reaction-{REACTION.uuid}", "screened, with an adverse event"),
        ("Procedure-Create-Vaksinasi-COVID19", "procedure", "usual"),
        (
            "QuestionnaireResponse-Create-FormSkriningImunisasiCOVID19",
            "questionnaire",
            "screened, with an adverse event",
        ),
    ],
)
def test_payloads_have_the_elements_and_systems_of_the_examples(example: str, role: str, sort: str) -> None:
    theirs = json.loads((EXAMPLES / f"{example}.json").read_text())
    ours = resources_of(SORTS[sort])[role]
    # The side of the arm is not recorded; the Condition names its Encounter.
    assert set(theirs) - set(ours) <= {"id", "bodySite", "diagnosis"}
    systems = {text for text in texts(theirs) if text.startswith("http") and "sys-ids" not in text}
    others = {"http://snomed.info/sct", "http://terminology.hl7.org/CodeSystem/diagnosis-role"}
    assert systems <= set(texts(ours)) | others


def links(items: list[dict[str, Any]]) -> Iterator[str]:
    for item in items:
        yield item["linkId"]
        yield from links(item.get("item", []))


def test_the_screening_form_has_the_questions_of_the_example() -> None:
    form = resources_of(vaccination(screening=SCREENING, reactions=(REACTION,)))["questionnaire"]
    asked = set(links(form["item"]))
    assert {
        "1.1",
        "1.2",
        "2.1",
        "2.2",
        "2.3",
        "2.4",
        "2.6",
        *(f"3.{number}" for number in range(1, 10)),
        "4",
        "5",
    } <= asked


def test_what_was_not_asked_is_not_answered() -> None:
    screening = replace(SCREENING, pregnant=None, temperature=None, comorbidities=())
    resources = resources_of(vaccination(screening=screening))
    asked = set(links(resources["questionnaire"]["item"]))
    assert "temperature" not in resources
    assert asked.isdisjoint({"2.2", "2.4", "3.2", "3.8"})


def test_a_dose_that_was_not_given_has_no_lot_product_or_procedure() -> None:
    resources = resources_of(SORTS["deferred"])
    immunization = resources["immunization"]
    assert "procedure" not in resources
    assert [each["code"] for each in immunization["vaccineCode"]["coding"]] == ["VG213"]
    assert immunization["statusReason"]["coding"][0]["code"] == "IS000001"
    assert immunization.keys().isdisjoint({"lotNumber", "expirationDate", "doseQuantity"})


def test_routine_vaccinations_have_no_category_and_form_of_covid() -> None:
    resources = resources_of(vaccination(vaccine=POLIO, age=0, screening=SCREENING))
    assert resources.keys().isdisjoint({"target", "questionnaire"})
    assert resources["immunization"]["reasonCode"][0]["coding"][0]["code"] == "IM-Program"


def test_an_error_is_one_in_every_resource() -> None:
    for resource in resources_of(SORTS["entered in error"]).values():
        if resource["resourceType"] == "Condition":
            assert "clinicalStatus" not in resource
            assert resource["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
        else:
            assert resource["status"] == "entered-in-error"


def test_the_same_dose_gives_the_same_content_in_every_time_zone() -> None:
    jakarta = timezone(timedelta(hours=7))
    local: datetime = AT.astimezone(jakarta)
    assert digest_of(resources_of(vaccination(occurred_at=local))) == digest_of(resources_of(vaccination()))
    assert digest_of(resources_of(vaccination(number=3))) != digest_of(resources_of(vaccination()))


def test_another_edition_has_other_identifiers() -> None:
    first, second = (bundle_of(resources_of(vaccination(edition=each)), {}, UUID_) for each in (1, 2))
    searches = [{each["request"]["ifNoneExist"] for each in bundle["entry"]} for bundle in (first, second)]
    assert searches[0].isdisjoint(searches[1])


def test_known_resources_are_replaced_and_referred_to_by_their_numbers() -> None:
    known = {"encounter": "Encounter/E1", "immunization": "Immunization/I1"}
    bundle = bundle_of(resources_of(vaccination(reactions=(REACTION,))), known, UUID_)
    entries = {each["resource"]["resourceType"]: each for each in bundle["entry"]}
    assert entries["Immunization"]["request"] == {"method": "PUT", "url": "Immunization/I1"}
    assert entries["Immunization"]["resource"]["id"] == "I1"
    assert entries["Procedure"]["resource"]["encounter"] == {"reference": "Encounter/E1"}
    assert entries["Procedure"]["request"]["method"] == "POST"
