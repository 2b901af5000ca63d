"""Every refusal is a problem (RFC 9457), whoever asks and however wrong."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from kini.cases.api import own_cases
from kini.cases.models import Case
from tests.api.conftest import Program, Programs
from tests.api.test_applying import NEW
from tests.cases import town as towns
from tests.cases.town import Town


def is_problem(response: Any, status: int) -> dict[str, Any]:
    """The problem in an answer."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem["status"] == status
    assert {"type", "title", "detail", "instance"} <= problem.keys()
    return problem


def raw(body: bytes, kind: str = "application/json") -> Any:
    return Client().generic("POST", "/api/v1/cases", body, kind, headers={"Idempotency-Key": "k"})


def test_400_what_cannot_be_read(town: Town):
    for body in (b"{", b"\xff", b'{"service": NaN}', b'{"service": "a\\u0000"}'):
        is_problem(raw(body), 400)
    is_problem(Program().get("/services/%00"), 400)


def test_400_what_is_nested_too_deeply(town: Town, program: Programs):
    headers = {"Authorization": f"Bearer {program(town.resident).token}", "Idempotency-Key": "k"}
    for body in (b"[" * 100_000, b'{"answers":' + b'{"a":' * 900 + b"1" + b"}" * 901, b"[" * 900 + b"]" * 900):
        for path in ("/cases", "/drafts", "/bookings"):
            answer = Client().generic("POST", f"/api/v1{path}", body, "application/json", headers=headers)
            assert 400 <= answer.status_code < 500, (path, answer.content)


def test_401_and_403_say_what_the_token_lacks(town: Town, case: Case, program: Programs):
    unknown = Program("nonsense").get("/cases")
    is_problem(unknown, 401)
    assert unknown.headers["WWW-Authenticate"] == "Bearer"
    narrow = program(town.resident, "cases:read").post("/drafts", {"service": "stall-permit"})
    assert is_problem(narrow, 403)["type"] == "/api/#scope"
    assert narrow.headers["WWW-Authenticate"] == 'Bearer error="insufficient_scope", scope="cases:write"'


def test_404_where_nothing_is(town: Town, program: Programs):
    for path in ("/none", "/services/none", "/cases/TELUK-0000-0000", "/cases/none", "/drafts/none"):
        assert is_problem(program(town.resident).get(path), 404)["instance"] == f"/api/v1{path}"


def test_405_says_what_can_be_done(town: Town):
    refused = Program().delete("/services")
    is_problem(refused, 405)
    assert refused.headers["Allow"] == "GET"


def test_409_and_410_when_it_cannot_be_done(town: Town, case: Case, program: Programs):
    app = program(town.resident)
    is_problem(app.post(f"/cases/{case.reference}/moves", {"move": "answer"}), 409)
    draft = towns.filled(town.named("resident"), case.version, town.resident)
    draft.expires_at = draft.updated_at
    draft.save()
    assert is_problem(app.patch(f"/drafts/{draft.pk}", {"answers": {}}), 410)["type"] == "/api/#expired"


def test_413_too_much(town: Town, case: Case, program: Programs, settings: Settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    is_problem(raw(b'{"service": "' + b"x" * 200 + b'"}'), 413)
    draft = towns.filled(town.named("resident"), case.version, town.resident)
    photo = towns.photo()
    photo.file.seek(0)
    photo.file.write(b"\xff" * 10_000_001)
    photo.size = 10_000_001
    photo.seek(0)
    is_problem(program(town.resident).form(f"/drafts/{draft.pk}/documents", {"slot": "letter", "file": photo}), 413)


def test_415_when_it_says_it_is_something_else(town: Town, case: Case, program: Programs):
    is_problem(raw(b"a=b", "application/x-www-form-urlencoded"), 415)
    is_problem(raw(b"{}", "multipart/form-data; boundary=x"), 415)
    draft = towns.filled(town.named("resident"), case.version, town.resident)
    is_problem(program(town.resident).post(f"/drafts/{draft.pk}/documents", {"slot": "letter"}), 415)


def test_422_names_each_place(town: Town, case: Case, program: Programs):
    app = program(town.resident)
    wrong = app.post("/cases", {**NEW, "answers": {"nik": "1", "goods": "gold"}, "more": 1}, Idempotency_Key="k")
    assert [each["pointer"] for each in is_problem(wrong, 422)["errors"]] == ["/more"]
    wrong = app.post("/cases", {**NEW, "answers": {"nik": "1", "goods": "gold"}}, Idempotency_Key="k")
    assert [each["pointer"] for each in is_problem(wrong, 422)["errors"]] == ["/answers/nik", "/answers/goods"]
    assert [each["parameter"] for each in is_problem(app.get("/cases?limit=0"), 422)["errors"]] == ["limit"]


def test_500_says_nothing_of_what_broke(
    town: Town, case: Case, program: Programs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(own_cases.queries, "own_case", lambda *_: 1 / 0)
    app = program(town.resident)
    client = Client(raise_request_exception=False)
    broken = client.get(f"/api/v1/cases/{case.reference}", headers={"Authorization": f"Bearer {app.token}"})
    assert "division" not in str(is_problem(broken, 500))
    assert "division" in caplog.text


def test_a_problem_is_told_in_the_language_that_was_asked_for(town: Town):
    assert Program().get("/none", Accept_Language="en").json()["title"] == "Not found"
    response = Program().get("/none", Accept_Language="fr, id;q=0.5")
    assert (response.headers["Content-Language"], "There" in response.json()["title"]) == ("id", False)


def test_503_says_when_to_come_back_while_the_records_cannot_be_reached(
    town: Town, case: Case, program: Programs, caplog: pytest.LogCaptureFixture
):
    def lost(*_: Any) -> None:
        raise OperationalError("the connection is lost")

    app = program(town.resident)
    with connection.execute_wrapper(lost):
        answer = app.get(f"/cases/{case.reference}")
    assert is_problem(answer, 503)["type"] == "about:blank"
    assert int(answer.headers["Retry-After"]) > 0
    assert "no database" in caplog.text
