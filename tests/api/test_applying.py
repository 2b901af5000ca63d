"""Applying by program: at once, and step by step."""

from typing import Any

from kini.cases import timeline
from kini.cases.models import Case
from kini.services.models import ServiceVersion
from tests.api.conftest import Programs
from tests.cases import town as towns
from tests.cases.town import Town

ANSWERS = {"nik": towns.NIK, "goods": "fish", "boat": "Camar", "where": "1.1.1"}
NEW: dict[str, Any] = {"service": "stall-permit", "answers": ANSWERS, "confirm": True}


def test_one_request_makes_a_whole_case(town: Town, permit: ServiceVersion, program: Programs):
    app = program(town.resident)
    response = app.post("/cases", NEW, Idempotency_Key="a")
    assert response.status_code == 201, response.content
    body = response.json()
    assert response["Location"] == f"/api/v1/cases/{body['reference']}"
    case = Case.objects.get(reference=body["reference"])
    assert (case.channel, case.resident, case.area_id, case.agency_id) == ("api", town.resident, "1.1.1", "registry")
    assert case.due_at
    assert timeline.verify_case(case) == []
    assert app.get(f"/cases/{case.reference}").json() == body


def test_a_draft_is_answered_step_by_step_and_sent_in(town: Town, permit: ServiceVersion, program: Programs):
    app = program(town.resident)
    draft = app.post("/drafts", {"service": "stall-permit"}).json()
    path = f"/drafts/{draft['id']}"
    assert [each["name"] for each in draft["missing"]] == ["nik", "goods", "where"]
    body = app.patch(path, {"answers": {"goods": "fish", "nik": towns.NIK}}).json()
    assert [each["name"] for each in body["missing"]] == ["boat", "where"]
    refused = app.post(f"{path}/submission", {"confirm": True})
    assert refused.status_code == 422
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/answers/boat", "/answers/where"]
    assert app.patch(path, {"answers": {"boat": "Camar", "where": "1.1.1"}}).json()["missing"] == []
    response = app.post(f"{path}/submission", {"confirm": True})
    assert response.status_code == 201
    assert app.post(f"{path}/submission", {"confirm": True}).json()["reference"] == response.json()["reference"]
    assert app.get(path).json()["case"] == response.json()["reference"]
