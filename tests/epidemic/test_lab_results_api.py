"""Laboratory results as FHIR R4: stored once by the laboratory's number, corrected, withdrawn, refused."""

import json
from typing import Any

import pytest
from django.test import Client

from kini.epidemic.models import CaseRecord, LabTest
from kini.people import actions as people_actions
from kini.people.models import Person
from tests.epidemic.conftest import VECTORS
from tests.epidemic.records_town import BY, Corner, day

pytestmark = pytest.mark.django_db
NIK = "3171014407900004"
NIK_SYSTEM = "https://fhir.kemkes.go.id/id/nik"
PATIENT = {
    "resourceType": "Patient",
    "id": "patient",
    "identifier": [{"system": "https://fhir.kemkes.go.id/id/nik", "value": NIK}],
    "name": [{"text": "Siti Contoh"}],
    "gender": "female",
    "birthDate": "1990-07-04",
}


@pytest.fixture
def send(corner: Corner) -> Any:
    """A program of the laboratory."""
    client = people_actions.register_client(
        by=BY,
        name="Lab",
        addresses=["https://lab.example.org/back"],
        scopes=["lab-results:write", "profile:read"],
        keeps_secrets=False,
        per_minute=1000,
    ).client

    def call(resource: dict[str, Any], officer: str = "laboratory", scope: str = "lab-results:write") -> Any:
        user = corner.officers[officer].user
        token = people_actions.issue_token(by=BY, client=client, user=user, scopes=[scope])
        body = json.dumps(resource).encode()
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        return Client().generic(
            "POST", f"/api/v1/fhir/{resource['resourceType']}", body, "application/json", headers=headers
        )

    return call


def observation(answer: str = "LA11882-0", **members: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "contained": [PATIENT],
        "identifier": [{"system": "http://lab.example.org/order", "value": "L-1"}],
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "94309-2", "display": "SARS-CoV-2 RNA"}]},
        "subject": {"reference": "#patient"},
        "effectiveDateTime": f"{day(1)}T08:00:00+07:00",
        "issued": f"{day(0)}T00:10:00+07:00",
        "valueCodeableConcept": {"coding": [{"system": "http://loinc.org", "code": answer}]},
        "performer": [{"reference": "Organization/1"}],
        **members,
    }


def test_a_positive_result_of_somebody_unknown_becomes_a_case_once(corner: Corner, send):
    assert send(observation()).json() == {
        "number": "L-1", "disease": "covid-19", "test": "pcr", "result": "positive", "corrections": 0,
    }  # fmt: skip
    assert send(observation()).status_code == 200
    case = CaseRecord.objects.get()
    assert (case.classification, case.source, case.specimen_on) == ("confirmed", "api", day(1))
    test = LabTest.objects.get()
    assert (test.laboratory, test.result_on) == (corner.units["lab"], day(0))
    assert (test.person.name, test.person.identifiers.get().value) == ("Siti Contoh", NIK)


def test_a_corrected_and_a_withdrawn_result_keep_what_was_there(corner: Corner, send):
    send(observation())
    corrected = send(observation("LA11883-8", status="corrected")).json()
    assert (corrected["result"], corrected["corrections"]) == ("negative", 1)
    assert CaseRecord.objects.get().classification == "discarded"
    withdrawn = send(observation(status="entered-in-error", valueCodeableConcept=None)).json()
    assert (withdrawn["result"], withdrawn["corrections"]) == ("", 2)
    assert LabTest.objects.count() == 1


def test_a_report_brings_its_observations_and_patient(corner: Corner, send):
    parts = [
        observation(identifier=[{"value": f"L-{n}"}], subject={}, effectiveDateTime="", contained=[]) for n in (1, 2)
    ]
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "subject": {"reference": "#patient"},
        "effectiveDateTime": str(day(1)),
        "contained": [PATIENT, *parts],
    }
    assert [each["number"] for each in send(report).json()["items"]] == ["L-1", "L-2"]
    assert (LabTest.objects.count(), CaseRecord.objects.count()) == (2, 1)


def test_a_patient_without_a_number_is_not_doubled_when_the_result_is_sent_again(corner: Corner, send):
    stranger = observation(contained=[PATIENT | {"identifier": []}])
    send(stranger)
    send(stranger)
    assert Person.objects.filter(source="epidemic.case").count() == 1


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"identifier": []}, "laboratory's number"),
        ({"code": {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]}}, "8310-5"),
        ({"valueCodeableConcept": {"coding": [{"code": "?"}]}}, "LA11882-0"),
        ({"effectiveDateTime": ""}, "specimen was taken"),
        ({"effectiveDateTime": "2021-13"}, "2021-13"),
        ({"effectiveDateTime": "2999-01-01"}, "future"),
        ({"contained": [], "subject": {"reference": "Patient/100000030009"}}, "Send the patient"),
        (
            {"contained": [PATIENT | {"identifier": [{"system": "https://fhir.kemkes.go.id/id/nik", "value": "12"}]}]},
            "",
        ),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_stored(corner: Corner, send, members, says):
    answer = send(observation(**members))
    assert answer.status_code in (403, 409, 422), answer.content
    assert says in answer.content.decode()
    assert not LabTest.objects.exists()


def test_the_number_of_another_person_is_refused(corner: Corner, send):
    send(observation())
    other = PATIENT | {"identifier": [{"value": "B 1234567"}], "name": [{"text": "Orang Lain"}]}
    corner.person("Orang Lain", people_actions.NewIdentifier("other", "B 1234567"))
    assert "somebody else" in send(observation(contained=[other])).json()["detail"]


def test_only_officers_of_one_laboratory_with_the_scope_send_results(corner: Corner, send):
    assert send(observation(), scope="profile:read").status_code == 403
    assert send(observation(), officer="epidemiologist").status_code in (403, 409)
    assert not LabTest.objects.exists()


def test_vital_signs_of_the_national_examples_are_no_test(corner: Corner, send):
    path = VECTORS / "satusehat" / "covid-vaccination" / "Observation-Create-Suhu.json"
    if not path.exists():
        pytest.skip(f"no reference vectors in {VECTORS}")
    assert send(json.loads(path.read_text())).status_code in (409, 422)
