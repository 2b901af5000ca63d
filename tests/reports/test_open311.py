"""Open311 GeoReport v2 to the letter: XML and JSON, errors, windows, filing once, nothing private in any list."""

import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.core import current_time, retention
from kini.core.actors import system
from kini.reports import actions
from kini.reports.models import FiledRequest, Open311Client, Publication, RequestUpdate
from kini.reports.open311 import filing
from kini.reports.public_text import words_of
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.cases.town import Town, guest, offer, photo
from tests.pagechecks import CheckedClient
from tests.reports.conftest import REPORT, STREET

FORM = "application/x-www-form-urlencoded; charset=utf-8"
SIZES = {"type": "choice", "label": "Size", "options": {"small": "Small", "big": "Big"}}
KINDS = {"type": "multichoice", "label": "Kinds", "options": {"a": "A", "b": "B", "c": "C"}, "optional": True}
CHOICE = {"type": "choice", "label": "Seen by", "options": {"private": "Private", "public": "Public"}}
HOLE = REPORT | {
    "ask": [
        {"fields": {"photos": {"type": "photo", "label": "Photo", "max": 2}}},
        {"fields": {"spot": {"type": "location", "label": "Where?"}}},
        {"fields": {"size": SIZES}},
        {"fields": {"kinds": KINDS}},
        {"fields": {"deep": {"type": "integer", "label": "How deep?", "max": 500, "optional": True}}},
        {"fields": {"words": {"type": "longtext", "label": "What is going on?", "max": 4000}}},
        {"fields": {"visibility": CHOICE}},
    ]
}
POINT = {"lat": "-6.11", "long": "106.8"}
TEXTS = (
    *("status_notes", "description", "agency_responsible", "service_notice"),
    *("address", "address_id", "zipcode", "media_url"),
)
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
#: The official JSON schemas (open311/schema-validation), with the times as strict servers read them.
REQUESTS = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["service_request_id", "status", "service_code", "requested_datetime", "lat", "long"],
        "properties": {
            "service_request_id": {"type": "string"},
            "status": {"enum": ["open", "closed"]},
            "service_name": {"type": "string"},
            "service_code": {"type": "string"},
            "requested_datetime": MOMENT,
            "updated_datetime": MOMENT,
            "expected_datetime": {"anyOf": [MOMENT, {"type": "null"}]},
            "lat": {"type": "number"},
            "long": {"type": "number"},
            **{name: {"type": ["string", "null"]} for name in TEXTS},
        },
    },
}
SERVICES = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"],
        "properties": {
            "metadata": {"type": "boolean"},
            "type": {"enum": ["realtime", "batch", "blackbox"]},
            **{
                name: {"type": "string"}
                for name in ("service_code", "service_name", "description", "keywords", "group")
            },
        },
    },
}


@pytest.fixture
def holes(town: Town) -> ServiceVersion:
    offer("broken-lamp", REPORT, Flow.model_validate(STREET))  # needs a name, which the protocol does not carry
    return offer("hole", HOLE, Flow.model_validate(STREET))


@pytest.fixture
def key(holes: ServiceVersion) -> str:
    return actions.add_open311_client(by=system("tests"), name="Next town")[1]


def post(client: CheckedClient, key: str, form: str = "json", **changed: Any) -> Any:
    sent = {"api_key": key, "service_code": "hole", **POINT, "attribute[size]": "big", "description": "A hole"}
    body = urlencode({name: value for name, value in (sent | changed).items() if value is not None}, doseq=True)
    return client.post(f"/open311/v2/requests.{form}", body, content_type=FORM)


def told(client: CheckedClient, address: str, **params: str) -> Any:
    response = client.get(f"/open311/{address}.json", params)
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert "csrftoken" not in response.cookies
    return response.json()


def tree(client: CheckedClient, address: str, **params: str) -> ET.Element:
    response = client.get(f"/open311/{address}.xml", params)
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert response.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    return ET.fromstring(response.content)  # noqa: S314 -- our own


def released(town: Town, metres: int = 0) -> Case:
    case = Case.objects.get(service="hole") if not metres else Case.objects.order_by("-pk").first()
    assert case is not None
    actions.release(by=town.named("clerk"), case=case, text=words_of(case))
    return case


def test_discovery_names_all_that_is_required(holes: ServiceVersion, client: CheckedClient):
    found = told(client, "discovery")
    assert found.keys() == {"changeset", "contact", "key_service", "endpoints"}
    [point] = found["endpoints"]
    assert point.keys() == {"specification", "url", "changeset", "type", "formats"}
    assert datetime.fromisoformat(found["changeset"]) < current_time.now()
    root = tree(client, "discovery")
    assert (root.tag, root.findtext("endpoints/endpoint/formats/format")) == ("discovery", "text/xml")
    assert client.get("/open311/").status_code == 200


def test_services_and_their_definitions(holes: ServiceVersion, client: CheckedClient):
    found = told(client, "v2/services")
    jsonschema_rs.validate(SERVICES, found)
    assert [each["service_code"] for each in found] == ["hole"]
    root = tree(client, "v2/services")
    assert (root.tag, [each.tag for each in root]) == ("services", ["service"])
    assert root.findtext("service/metadata") == "true"
    definition = told(client, "v2/services/hole")
    by_code = {each["code"]: each for each in definition["attributes"]}
    assert [each["order"] for each in definition["attributes"]] == [1, 2, 3, 4]
    assert {code: (each["datatype"], each["required"]) for code, each in by_code.items()} == {
        "size": ("singlevaluelist", True),
        "kinds": ("multivaluelist", False),
        "deep": ("number", False),
        "visibility": ("singlevaluelist", False),
    }
    assert by_code["size"]["values"] == [{"key": "small", "name": "Small"}, {"key": "big", "name": "Big"}]
    assert tree(client, "v2/services/hole").findtext("attributes/attribute/values/value/key") == "small"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("v2/services/nothing.json", 404),
        ("v2/requests/nothing.xml", 404),
        ("v2/tokens/nothing.json", 404),
        ("v2/requests.json?service_code=hole,nothing", 404),
        ("v2/requests.json?jurisdiction_id=elsewhere.example", 404),
        ("v2/services.yaml", 404),
        ("v2/requests.json?status=new", 400),
        ("v2/requests.json?start_date=2026-01-01T00:00:00", 400),
        ("v2/requests.json?start_date=yesterday", 400),
        ("v2/requests.json?start_date=0001-01-01T00:00:00%2B14:00", 400),
        ("v2/requests.xml?end_date=9999-12-31T23:59:59-14:00", 400),
        ("v2/requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z", 400),
        ("v2/requests.json?start_date=2026-02-01T00:00:00Z&end_date=2026-01-01T00:00:00Z", 400),
        ("v2/requests.json?page_size=1001", 400),
        ("v2/requests.json?api_key=wrong", 403),
    ],
)
def test_errors_are_a_list_with_code_and_description(
    holes: ServiceVersion, client: CheckedClient, address: str, status: int
):
    response = client.get(f"/open311/{address}")
    assert response.status_code == status
    if ".json" in address:
        assert [(each["code"], bool(each["description"])) for each in response.json()] == [(str(status), True)]
    else:
        root = ET.fromstring(response.content)  # noqa: S314
        assert (root.tag, root.findtext("error/code")) == ("errors", str(status))
        assert root.findtext("error/description")


@pytest.mark.parametrize(
    ("changed", "status", "errors"),
    [
        ({"api_key": None}, 403, ["api_key"]),
        ({"api_key": "wrong"}, 403, ["api_key"]),
        ({"service_code": "nothing"}, 404, ["service_code"]),
        ({"service_code": ""}, 400, ["service_code"]),
        ({"lat": None}, 400, ["lat"]),
        ({"lat": "here"}, 400, ["lat"]),
        ({"lat": "48.2", "long": "16.4"}, 400, ["lat"]),
        ({"attribute[size]": None}, 400, ["attribute[size]"]),
        ({"attribute[size]": "huge", "attribute[deep]": "x"}, 400, ["attribute[size]", "attribute[deep]"]),
        ({"attribute[deep]": "--5"}, 400, ["attribute[deep]"]),
        ({"attribute[deep]": "9" * 5000}, 400, ["attribute[deep]"]),
        ({"description": "x" * 4001}, 400, ["description"]),
        ({"media_url": "file:///etc/passwd"}, 400, ["media_url"]),
        ({"jurisdiction_id": "elsewhere"}, 404, ["jurisdiction_id"]),
    ],
)
def test_a_wrong_form_names_each_fault(
    key: str, client: CheckedClient, changed: dict[str, Any], status: int, errors: list[str]
):
    response = post(client, key, **changed)
    assert response.status_code == status
    descriptions = [each["description"] for each in response.json()]
    assert len(descriptions) == len(errors)
    assert all(name in text for name, text in zip(errors, descriptions, strict=True))
    assert not Case.objects.exists()


def test_xml_bodies_are_not_read(key: str, client: CheckedClient):
    body = f"<request><api_key>{key}</api_key></request>"
    response = client.post(f"/open311/v2/requests.xml?api_key={key}", body, content_type="text/xml")
    assert response.status_code == 400


def test_a_filed_report_is_listed_once_it_is_released(town: Town, key: str, client: CheckedClient):
    extra = {"attribute[kinds][]": ["a", "c"], "attribute[deep]": "20", "attribute[odd]": "1", "email": "a@b.example"}
    response = post(client, key, "xml", **extra)
    root = ET.fromstring(response.content)  # noqa: S314
    assert (root.tag, [each.tag for each in root[0]]) == (
        "service_requests",
        ["service_request_id", "service_notice", "account_id"],
    )
    number = root.findtext("request/service_request_id")
    assert told(client, "v2/requests") == []
    assert len(tree(client, "v2/requests")) == 0
    assert client.get(f"/open311/v2/requests/{number}.json").status_code == 404
    [own] = told(client, f"v2/requests/{number}", api_key=key)
    assert (own["status"], own["description"]) == ("open", None)
    case = released(town)
    listed = told(client, "v2/requests")
    jsonschema_rs.validate(REQUESTS, listed)
    assert [each["service_request_id"] for each in listed] == [number]
    assert listed[0]["description"] == "A hole"
    element = tree(client, "v2/requests")[0]
    assert {each.tag for each in element} == listed[0].keys()
    assert (element.tag, element.findtext("media_url")) == ("request", "")
    assert told(client, f"v2/tokens/{number}") == [{"service_request_id": number, "token": number}]
    [full] = told(client, f"v2/requests/{number}", extensions="true")
    assert {each["name"]: each["code"] for each in full["attributes"]} == {
        "size": "big", "kinds": "a,c", "deep": "20", "visibility": "public",
    }  # fmt: skip
    assert full["notes"][0]["type"] == "submitted"
    assert "a@b.example" not in str(case.answers)


def test_private_reports_are_in_no_list(town: Town, key: str, holes: ServiceVersion, client: CheckedClient):
    number = post(client, key, **{"attribute[visibility]": "private"}).json()[0]["service_request_id"]
    assert Case.objects.get().reference == number
    for params in ({}, {"api_key": key}, {"service_request_id": number, "api_key": key}):
        assert told(client, "v2/requests", **params) == []
    assert not Publication.objects.exists()


def test_the_same_request_is_the_same_report(key: str, client: CheckedClient):
    first = post(client, key).json()[0]["service_request_id"]
    assert post(client, key, lat="-6.110001").json()[0]["service_request_id"] == first
    assert post(client, key, description="Another").json()[0]["service_request_id"] != first
    with current_time.freeze(current_time.now() + timedelta(minutes=11)):
        assert post(client, key).json()[0]["service_request_id"] != first
    body = urlencode({"api_key": key, "service_code": "hole", **POINT, "attribute[size]": "small"})
    sent = {"content_type": FORM, "headers": {"Idempotency-Key": "abc"}}
    answers = [client.post("/open311/v2/requests.json", body, **sent).json() for _ in range(2)]
    assert answers[0] == answers[1]
    other = client.post("/open311/v2/requests.json", body + "&description=x", **sent)
    assert other.status_code == 400
    with pytest.raises(IntegrityError), transaction.atomic():
        FiledRequest.objects.filter(idempotency_key="").update(idempotency_key="abc")
    assert Case.objects.count() == 4


def test_photos_come_with_the_form(key: str, client: CheckedClient):
    sent = {"api_key": key, "service_code": "hole", **POINT, "attribute[size]": "big", "media": photo(5)}
    assert client.post("/open311/v2/requests.json", sent).status_code == 200
    case = Case.objects.get()
    assert case.documents.get().slot == "photos"
    damaged = SimpleUploadedFile("photo.jpg", b"MZ not a photo", "image/jpeg")
    refused = client.post("/open311/v2/requests.json", sent | {"media": damaged, "description": "Odd"})
    assert (refused.status_code, refused.json()[0]["code"]) == (400, "400")
    assert Case.objects.count() == 1


def test_places_without_a_point(town: Town, key: str, client: CheckedClient):
    name = town.areas["pier"].name
    assert post(client, key, lat=None, long=None, address_string=f"Jalan Contoh 3, {name}").status_code == 200
    assert post(client, key, lat=None, long=None, address_id=town.areas["pier"].code).status_code == 200
    assert post(client, key, lat=None, long=None, address_string="Nowhere at all").status_code == 400
    assert {each.area_id for each in Case.objects.all()} == {town.areas["pier"].pk}


def test_windows_filters_and_pages(town: Town, key: str, client: CheckedClient):
    now = current_time.now()
    numbers = []
    for days in (200, 50, 1):
        with current_time.freeze(now - timedelta(days=days)):
            post(client, key, description=f"Hole {days}")
            numbers.append(released(town, metres=1).reference)
    closed = Case.objects.get(reference=numbers[2])
    closed = cases.move(by=town.named("clerk"), case=closed, move="start")

    def ids(**params: str) -> list[str]:
        return [each["service_request_id"] for each in told(client, "v2/requests", **params)]

    assert ids() == ids(status="open,closed") == ids(status="") == [numbers[2], numbers[1]]
    start = (now - timedelta(days=210)).isoformat(timespec="seconds")
    assert ids(start_date=start) == [numbers[0]]
    assert ids(start_date=start.replace("+", " ")) == [numbers[0]]
    assert ids(end_date=(now - timedelta(days=30)).isoformat()) == [numbers[1]]
    assert ids(service_request_id=f"{numbers[0]},nothing", status="closed") == [numbers[0]]
    assert ids(page_size="1", page="2") == [numbers[1]]
    assert ids(service_code="hole", status="closed") == []


def test_updates_and_the_bulk_file(town: Town, key: str, crew: Any, client: CheckedClient):
    post(client, key)
    case = released(town)
    case = cases.move(by=town.named("clerk"), case=case, move="start")
    case = cases.move(by=crew, case=case, move="finish", values={"photo": [photo(41)]})
    case = cases.move(by=town.named("clerk"), case=case, move="close")
    steps = told(client, "v2/servicerequestupdates")
    assert [each["status"] for each in steps] == ["open", "open", "closed"]
    assert len({each["update_id"] for each in steps}) == 3
    root = tree(client, "v2/servicerequestupdates", extensions="true")
    assert (root.tag, root[0].tag) == ("service_requests_updates", "request_update")
    assert [each.findtext("status") for each in root] == ["in_progress", "in_progress", "fixed"]
    [listed] = told(client, "v2/requests")
    assert listed["status"] == "closed"
    assert datetime.fromisoformat(listed["updated_datetime"]) == case.closed_at.replace(microsecond=0)
    body = b"".join(client.get("/open311/bulk.csv").streaming_content).decode().splitlines()
    assert body[0].startswith("service_request_id,requested_datetime")
    assert len(body) == 2
    assert re.search(rf"^{case.reference},.*,closed,", body[1])
    assert client.get("/open311/bulk.csv", {"year": "2019"}).status_code == 200


def test_what_was_added_at_the_program_reaches_the_desk_once(town: Town, key: str, client: CheckedClient):
    number = post(client, key, media_url="https://photos.example/1.jpg").json()[0]["service_request_id"]
    update = {
        "api_key": key,
        "service_request_id": number,
        "update_id": "u1",
        "description": "Deeper now",
        "email": "a@b.c",
    }
    for _again in range(2):
        response = client.post("/open311/v2/servicerequestupdates.json", update)
        assert response.json() == [{"update_id": "u1"}]
    stored = RequestUpdate.objects.get()
    assert (stored.description, stored.request.case.reference) == ("Deeper now", number)
    assert tree_of(client.post("/open311/v2/servicerequestupdates.xml", update)) == ("service_request_updates", "u1")
    wrong = [
        ({"update_id": ""}, 400),
        ({"description": "", "update_id": "u2"}, 400),
        ({"media_url": "javascript:alert(1)", "update_id": "u2"}, 400),
        ({"updated_datetime": "yesterday", "update_id": "u2"}, 400),
        ({"service_request_id": "nothing"}, 404),
        ({"api_key": "wrong"}, 403),
    ]
    for change, status in wrong:
        assert client.post("/open311/v2/servicerequestupdates.json", update | change).status_code == status
    assert RequestUpdate.objects.count() == 1
    client.force_login(town.head.user)
    page = client.get(f"/desk/cases/{number}/").content.decode()
    assert "Deeper now" in page
    assert "https://photos.example/1.jpg" in page
    assert "Deeper now" not in client.get(f"/open311/v2/requests/{number}.json", {"api_key": key}).content.decode()


def tree_of(response: Any) -> tuple[str, str | None]:
    root = ET.fromstring(response.content)
    return root.tag, root[0].findtext("update_id")


def test_a_joined_report_stays_listed_as_closed(town: Town, key: str, client: CheckedClient):
    post(client, key)
    root = released(town)
    post(client, key, description="The same hole")
    joined = released(town, metres=1)
    cases.merge(by=town.named("clerk"), case=joined, other=root)
    [row] = told(client, f"v2/requests/{joined.reference}")
    assert row["status"] == "closed"
    assert root.reference in row["status_notes"]


def test_keys_are_revoked_and_counted(key: str, client: CheckedClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(filing, "CLIENT_LIMIT", filing.CLIENT_LIMIT.__class__("reports.open311", 1, 60))
    assert [post(client, key).status_code for _ in range(2)] == [200, 429]
    actions.revoke_open311_client(by=system("tests"), client=Open311Client.objects.get())
    assert post(client, key).status_code == 403


def test_what_was_filed_goes_with_the_report_and_its_client_later(town: Town, key: str, client: CheckedClient):
    post(client, key, media_url="https://next.example/1.jpg")
    case = Case.objects.get()
    case = cases.withdraw(by=guest(), case=case, guest_key=case.guest_key)
    actions.revoke_open311_client(by=system("tests"), client=Open311Client.objects.get())
    rules = [retention.rules.get(f"reports.{name}") for name in ("filed-requests", "open311-clients")]
    with current_time.freeze(current_time.now() + 6 * retention.YEAR):
        assert [retention.apply(rule) for rule in rules] == [0, 0]
        cases.anonymise(by=system("retention"), case=case)
        assert [retention.apply(rule) for rule in rules] == [1, 1]
