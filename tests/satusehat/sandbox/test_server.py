"""The sandbox over HTTP: tokens, create, read, update, patch, search, transactions, control."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fhir.resources.R4B import get_fhir_model_class

from kini.satusehat.sandbox.master_data import kfa_vaccine
from kini.satusehat.sandbox.server import TOKEN, Sandbox
from kini.satusehat.sandbox.store import Store
from tests.satusehat.sandbox.conftest import (
    ENCOUNTER,
    NIK,
    ORGANIZATION,
    OTHER_ORGANIZATION,
    PATIENT,
    PRACTITIONER,
    Call,
    encounter,
    fill,
    immunization,
    rules_of,
    token,
)

NIK_SYSTEM = "https://fhir.kemkes.go.id/id/nik"


def test_a_client_gets_a_token_that_ends(sandbox: Sandbox, address: str, call: Call) -> None:
    with httpx.Client(base_url=address) as client:
        answer = token(client, sandbox, ORGANIZATION)
        assert (answer["token_type"], answer["expires_in"]) == ("BearerToken", "3599")
        wrong = {"client_id": sandbox.clients.ensure(ORGANIZATION).id, "client_secret": "wrong"}
        query = {"grant_type": "client_credentials"}
        assert client.post(TOKEN, params=query, data=wrong).status_code == 401
        assert rules_of(client.post(TOKEN, params=query).json()) == {20009}
        assert client.post(TOKEN, params={"grant_type": "password"}, data=wrong).status_code == 400
        sandbox.fhir.options.token_seconds = -1
        ended = token(client, sandbox, ORGANIZATION)["access_token"]
    refused = call("GET", f"Patient/{PATIENT}", by="", headers={"Authorization": f"Bearer {ended}"})
    assert refused.status_code == 401
    assert refused.json()["fault"]["detail"]["errorcode"] == "keymanagement.service.access_token_expired"
    assert call("GET", f"Patient/{PATIENT}", by="").status_code == 401


def test_a_resource_is_created_read_and_updated_in_versions(call: Call) -> None:
    created = call("POST", "Encounter", json=encounter())
    assert created.status_code == 201
    visit = created.json()
    first = visit["meta"]["versionId"]
    assert created.headers["ETag"] == f'W/"{first}"'
    assert created.headers["Location"].endswith(f"/Encounter/{visit['id']}/_history/{first}")
    changed = {key: value for key, value in visit.items() if key != "meta"} | {
        "status": "finished",
        "period": {"start": "2023-08-16T03:00:00+00:00", "end": "2023-08-16T04:00:00+00:00"},
    }
    stale = call("PUT", f"Encounter/{visit['id']}", json=changed, headers={"If-Match": 'W/"other"'})
    assert stale.status_code == 412
    updated = call("PUT", f"Encounter/{visit['id']}", json=changed, headers={"If-Match": created.headers["ETag"]})
    assert (updated.status_code, updated.json()["status"]) == (200, "finished")
    assert updated.json()["meta"]["versionId"] != first
    assert call("GET", f"Encounter/{visit['id']}/_history/{first}").json()["status"] == "arrived"
    assert call("GET", f"Encounter/{visit['id']}").json()["status"] == "finished"
    assert rules_of(call("GET", "Encounter/none").json()) == {20007}
    assert rules_of(call("GET", f"Encounter/{visit['id']}/$everything").json()) == {20014}


def test_the_same_event_is_refused_as_a_duplicate(call: Call) -> None:
    call("POST", "Encounter", json=encounter())
    again = call("POST", "Encounter", json=encounter(status="in-progress"))
    assert (again.status_code, rules_of(again.json())) == (400, {20002})
    assert again.json()["issue"][0]["code"] == "duplicate"
    without = {key: value for key, value in immunization().items() if key != "identifier"}
    assert call("POST", "Immunization", json=without).status_code == 201
    assert rules_of(call("POST", "Immunization", json=without).json()) == {20002}
    call("POST", "/sandbox/options", json={"refuse_duplicates": False})
    assert call("POST", "Immunization", json=without).status_code == 201
    counts = call("GET", "/sandbox/counts").json()
    assert (counts["resources"]["Immunization"], counts["events"]["Immunization"]) == (2, 1)
    assert counts["duplicates"] == {"Immunization": 1}


def test_a_conditional_create_finds_what_is_there(call: Call) -> None:
    condition = f"identifier=http://sys-ids.kemkes.go.id/encounter/{ORGANIZATION}|V1"
    first = call("POST", "Encounter", json=encounter(), headers={"If-None-Exist": condition})
    second = call("POST", "Encounter", json=encounter(), headers={"If-None-Exist": condition})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_patients_are_found_with_masked_numbers_and_never_listed(call: Call) -> None:
    bundle = call("GET", "Patient", params={"identifier": f"{NIK_SYSTEM}|{NIK}"}).json()
    get_fhir_model_class("Bundle").model_validate(bundle)
    assert (bundle["type"], bundle["total"]) == ("searchset", 1)
    person = bundle["entry"][0]["resource"]
    assert {each["value"] for each in person["identifier"]} == {PATIENT, "#" * 16}
    details = {"name": "budi contoh", "birthdate": "1944-11-17", "gender": "male"}
    assert call("GET", "Patient", params=details).json()["total"] == 1
    assert call("GET", "Patient", params=details | {"gender": "female"}).json()["total"] == 0
    for too_little in ({}, {"name": "budi"}, {"gender": "male"}, details | {"name": "bu"}):
        assert call("GET", "Patient", params=too_little).status_code == 400
    assert call("GET", "Patient", params={"identifier": "#" * 16}).json()["total"] == 0
    assert NIK not in call("GET", f"Patient/{PATIENT}").text


def test_a_new_patient_gets_a_number_and_is_changed_by_patch_only(call: Call) -> None:
    person = {
        "resourceType": "Patient",
        "identifier": [{"system": NIK_SYSTEM, "value": "3171011708450001"}],
        "name": [{"text": "Siti Contoh"}],
        "gender": "female",
        "birthDate": "1990-07-04",
        "multipleBirthInteger": 0,
        "address": [{"use": "home", "line": ["Jalan Contoh"], "city": "Jakarta"}],
    }
    created = call("POST", "Patient", json=person)
    assert created.status_code == 201
    identity = created.json()["id"]
    assert identity[0] == "P"
    assert len(identity) == 12
    assert rules_of(call("POST", "Patient", json=person).json()) == {20002}
    assert rules_of(call("PUT", f"Patient/{identity}", json=person | {"id": identity}).json()) == {20016}
    change = [{"op": "replace", "path": "/birthDate", "value": "1990-07-05"}]
    assert call("PATCH", f"Patient/{identity}", json=change).json()["birthDate"] == "1990-07-05"
    assert call("PATCH", f"Patient/{identity}", json=[{"op": "remove", "path": "/name"}]).status_code == 400
    found = call("GET", "Patient", params={"identifier": f"{NIK_SYSTEM}|3171011708450001"}).json()
    assert found["entry"][0]["resource"]["birthDate"] == "1990-07-05"


def test_operations_staff_correct_some_attributes_of_patients(sandbox: Sandbox, call: Call) -> None:
    sandbox.clients.ensure("portal", access_class="operations-portal")
    change = [{"op": "replace", "path": "/active", "value": False}]
    assert rules_of(call("PATCH", f"Patient/{PATIENT}", json=change, by="portal").json()) == {20015}


def test_searches_have_pages(call: Call) -> None:
    for number in range(5):
        assert call("POST", "Immunization", json=immunization(f"D{number}")).status_code == 201
    query = {"patient": f"Patient/{PATIENT}", "status": "completed", "_count": "2"}
    seen, address = list[str](), f"/fhir-r4/v1/Immunization?{httpx.QueryParams(query)}"
    while address:
        page = call("GET", address).json()
        assert page["total"] == 5
        seen += [each["resource"]["identifier"][0]["value"] for each in page["entry"]]
        following = [each["url"] for each in page["link"] if each["relation"] == "next"]
        address = urlsplit(following[0])._replace(scheme="", netloc="").geturl() if following else ""
    assert seen == ["D0", "D1", "D2", "D3", "D4"]
    for query in ({"encounter": ENCOUNTER}, {"date": "2023-08-16"}, {"lot-number": "202009007"}):
        assert call("GET", "Immunization", params=query).json()["total"] == 5
    assert call("POST", "Immunization/_search", data={"patient": PATIENT}).json()["total"] == 5
    assert call("GET", "Immunization", params={"colour": "red"}).status_code == 400


def test_an_organization_writes_its_own_resources_only(call: Call) -> None:
    foreign = call("POST", "Encounter", json=encounter(), by=OTHER_ORGANIZATION)
    assert (foreign.status_code, foreign.json()["issue"][0]["code"]) == (403, "business-rule")
    visit = call("POST", "Encounter", json=encounter()).json()
    changed = call("PUT", f"Encounter/{visit['id']}", json=visit, by=OTHER_ORGANIZATION)
    assert changed.json()["issue"][0]["details"]["text"] == "resource cannot be accessed due to business rule"
    part = call("POST", "Organization", json={"resourceType": "Organization", "active": True, "name": "Ruang",
        "partOf": {"reference": f"Organization/{ORGANIZATION}"}}).json()  # fmt: skip
    below = encounter("V2", serviceProvider={"reference": f"Organization/{part['id']}"})
    assert call("POST", "Encounter", json=below).status_code == 201


def test_clients_have_scopes_and_classes(sandbox: Sandbox, call: Call) -> None:
    sandbox.clients.ensure("lab", access_class="laboratory")
    sandbox.clients.ensure("reader", types=("Patient",))
    assert rules_of(call("POST", "Encounter", json=encounter(), by="lab").json()) == {20004}
    assert rules_of(call("POST", "Encounter", json=encounter(), by="reader").json()) == {20003}
    assert call("GET", f"Patient/{PATIENT}", by="reader").status_code == 200


def test_broken_payloads_are_told_apart(call: Call) -> None:
    assert rules_of(call("POST", "Encounter", content=b"\xff\xfe").json()) == {20005}
    assert rules_of(call("POST", "Encounter", content=b"{").json()) == {20006}
    number = immunization(protocolApplied=[{"doseNumberPositiveInt": "1"}])
    assert rules_of(call("POST", "Immunization", json=number).json()) == {20008, 10456}
    assert rules_of(call("POST", "Immunization", json=immunization(colour="red")).json()) == {20008}
    assert rules_of(call("POST", "Patient", json=encounter()).json()) == {20008}
    lost = immunization(encounter={"reference": "Encounter/none"})
    assert rules_of(call("POST", "Immunization", json=lost).json()) == {20007}


def entry(resource: dict[str, object], number: int, **request: str) -> dict[str, object]:
    url = f"urn:uuid:00000000-0000-4000-8000-{number:012}"
    return {
        "fullUrl": url,
        "resource": resource,
        "request": {"method": "POST", "url": str(resource["resourceType"]), **request},
    }


def bundle(*entries: object) -> dict[str, object]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def test_a_transaction_is_all_or_nothing(call: Call, sandbox: Sandbox) -> None:
    to_visit = {"reference": "urn:uuid:00000000-0000-4000-8000-000000000001"}
    sent = bundle(entry(immunization(encounter=to_visit), 2), entry(encounter(), 1))
    answer = call("POST", "", json=sent)
    assert answer.status_code == 200, answer.text
    places = [each["response"]["location"].split("/_history/")[0] for each in answer.json()["entry"]]
    assert [place.split("/")[0] for place in places] == ["Immunization", "Encounter"]
    get_fhir_model_class("Bundle").model_validate(answer.json())
    dose = call("GET", places[0]).json()
    get_fhir_model_class("Immunization").model_validate(dose)
    assert dose["encounter"]["reference"] == places[1]
    before = sandbox.counts()["resources"]
    wrong = bundle(
        entry(encounter("V2"), 1),
        entry(immunization("D2", encounter=to_visit, status="lost"), 2),
        entry(encounter("V3"), 3),
    )
    refused = call("POST", "", json=wrong)
    get_fhir_model_class("OperationOutcome").model_validate(refused.json())
    assert refused.status_code == 400
    assert {10107, 20012} <= rules_of(refused.json())
    depends = bundle(entry(encounter("V2", status="finished"), 1), entry(immunization("D2", encounter=to_visit), 2))
    assert {10121, 20013} <= rules_of(call("POST", "", json=depends).json())
    assert sandbox.counts()["resources"] == before


def test_entries_refer_to_each_other_in_a_circle(call: Call) -> None:
    """The workflow's visit names the diagnosis, and the diagnosis the visit."""
    visit, diagnosis = (f"urn:uuid:00000000-0000-4000-8000-{number:012}" for number in (1, 2))
    condition = {
        "resourceType": "Condition",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "U11.9"}]},
        "subject": {"reference": f"Patient/{PATIENT}"},
        "encounter": {"reference": visit},
    }
    sent = bundle(entry(encounter(diagnosis=[{"condition": {"reference": diagnosis}}]), 1), entry(condition, 2))
    answer = call("POST", "", json=sent)
    assert answer.status_code == 200, answer.text
    places = [each["response"]["location"].split("/_history/")[0] for each in answer.json()["entry"]]
    assert call("GET", places[0]).json()["diagnosis"][0]["condition"]["reference"] == places[1]
    assert call("GET", places[1]).json()["encounter"]["reference"] == places[0]
    again = bundle(entry(encounter("V2", diagnosis=[{"condition": {"reference": "urn:uuid:none"}}]), 1))
    assert rules_of(call("POST", "", json=again).json()) == {20007}


def test_a_transaction_sent_again_creates_nothing(call: Call, sandbox: Sandbox) -> None:
    condition = f"identifier=http://sys-ids.kemkes.go.id/encounter/{ORGANIZATION}%7CV1"
    sent = bundle(entry(encounter(), 1, ifNoneExist=condition))
    first, second = (call("POST", "", json=sent).json()["entry"][0]["response"] for _ in range(2))
    assert (first["status"], second["status"]) == ("201 Created", "200 OK")
    assert first["location"] == second["location"]


@pytest.mark.parametrize(
    ("urls", "rule"),
    [
        ([None], 20021),
        (["visit"], 20017),
        (["uuid:1"], 20018),
        (["urn:uuid:1"], 20019),
        (["urn:uuid:00000000-0000-4000-8000-000000000001"] * 2, 20020),
    ],
)
def test_entries_need_addresses(call: Call, urls: list[str | None], rule: int) -> None:
    entries = [entry(encounter(f"V{number}"), 1) | {"fullUrl": url} for number, url in enumerate(urls)]
    assert rules_of(call("POST", "", json=bundle(*entries)).json()) == {rule}


def test_bundles_are_not_nested(call: Call) -> None:
    assert rules_of(call("POST", "", json=bundle(entry(bundle(), 1))).json()) == {20011}


def test_products_and_facilities_are_looked_up(sandbox: Sandbox, call: Call) -> None:
    sandbox.products = [kfa_vaccine("93004035", "Vaksin COVID-19 ChAdOx1", "AstraZeneca", "VG213")]
    query = {"product_type": "farmasi", "keyword": "covid chadox", "page": "1", "size": "10"}
    answer = call("GET", "/kfa-v2/products/all", params=query).json()
    assert (answer["total"], answer["items"]["data"][0]["kfa_code"]) == (1, "93004035")
    one = call("GET", "/kfa-v2/products", params={"identifier": "kfa", "code": "93004035"}).json()
    assert one["result"]["product_template"]["kfa_code"] == "VG213"
    assert call("GET", "/kfa-v2/products", params={"identifier": "kfa", "code": "1"}).status_code == 404
    index = "/masterdata/v1/mastersaranaindex/mastersarana"
    assert call("GET", index, params={"limit": "10", "page": "1", "nama": "dinas"}).json()["data"][0][
        "kode_satusehat"
    ] == ORGANIZATION  # fmt: skip
    assert call("GET", index, params={"limit": "2001", "page": "1"}).status_code == 400


def test_dates_have_limits_that_can_be_set(call: Call) -> None:
    old = immunization(occurrenceDateTime="2021-08-16T03:20:00+00:00")
    assert rules_of(call("POST", "Immunization", json=old).json()) == {10156}
    future = immunization(occurrenceDateTime="2999-08-16T03:20:00+00:00", expirationDate="3000-01-01")
    assert rules_of(call("POST", "Immunization", json=future).json()) == {10156}
    assert call("POST", "/sandbox/options", json={"earliest": "2021-01-13"}).json()["earliest"] == "2021-01-13"
    assert call("POST", "Immunization", json=old).status_code == 201
    assert call("POST", "/sandbox/options", json={"colour": 1}).status_code == 400


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "satusehat.sqlite3"
    before = Sandbox(Store(path))
    fill(before)
    client = before.clients.ensure(ORGANIZATION)
    stored, _ = before.fhir.create(client, immunization())
    # No close: the process is killed.
    after = Sandbox(Store(path))
    assert after.clients.ensure(ORGANIZATION) == client
    assert after.fhir.read(client, "Immunization", stored.id).content == stored.content
    assert after.counts()["resources"] == before.counts()["resources"]
    before.store.close()
    after.store.close()


def test_tests_give_patients(call: Call) -> None:
    given = [{"nik": "3171011708450001", "name": "Siti Contoh", "birth_date": "1990-07-04", "gender": "female"}]
    [identity] = call("POST", "/sandbox/patients", json=given).json()["ids"]
    assert call("GET", f"Patient/{identity}").json()["gender"] == "female"
    assert call("GET", f"Practitioner/{PRACTITIONER}").status_code == 200
    assert call("POST", "/sandbox/clear", json={}).json() == {}
    assert call("GET", "/sandbox/counts").json()["resources"] == {}


def test_the_capability_statement_is_one(call: Call) -> None:
    assert get_fhir_model_class("CapabilityStatement").model_validate(call("GET", "metadata").json())


def test_query_strings_survive_the_links(call: Call) -> None:
    page = call("GET", "Patient", params={"identifier": f"{NIK_SYSTEM}|{NIK}"}).json()
    assert parse_qs(urlsplit(page["link"][0]["url"]).query) == {"identifier": [f"{NIK_SYSTEM}|{NIK}"]}
