"""Drafts that wait, ratings, letters and bills of one's own cases, by program."""

import pytest

from kini.api import pagination
from kini.cases import actions
from kini.cases.models import Case, Draft
from kini.core import current_time
from kini.services.models import ServiceVersion
from tests.api.conftest import Program, Programs
from tests.cases.town import Town


def test_drafts_that_wait_are_listed_page_by_page(town: Town, permit: ServiceVersion, program: Programs):
    app = program(town.resident)
    drafts = [app.post("/drafts", {"service": "stall-permit"}).json()["id"] for _ in range(3)]
    first = app.get("/drafts?limit=2").json()
    second = app.get(f"/drafts?limit=2&cursor={first['next']}").json()
    assert [each["id"] for each in first["items"] + second["items"]] == drafts[::-1]
    assert second["next"] is None
    assert first["items"][0]["service"]["id"] == "stall-permit"
    assert Program().get("/drafts").status_code == 401


def test_drafts_of_one_moment_are_each_listed_once(town: Town, permit: ServiceVersion, program: Programs):
    app = program(town.resident)
    drafts = {app.post("/drafts", {"service": "stall-permit"}).json()["id"] for _ in range(5)}
    Draft.objects.update(updated_at=current_time.now())
    seen, cursor = list[str](), ""
    while cursor is not None:
        page = app.get(f"/drafts?limit=2&cursor={cursor}").json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next"]
    assert len(seen) == 5
    assert set(seen) == drafts


@pytest.mark.parametrize("place", [["2026-01-01T00:00:00+00:00", 0], ["2026-01-01T00:00:00+00:00", "x"], ["x", "x"]])
def test_a_cursor_that_somebody_made_up_is_refused(town: Town, program: Programs, place: list[object]):
    assert program(town.resident).get(f"/drafts?cursor={pagination.encode_cursor(*place)}").status_code == 422


def test_a_decision_is_rated_once(town: Town, case: Case, program: Programs):
    app, path = program(town.resident), f"/cases/{case.reference}/rating"
    assert app.post(path, {"score": 5}).status_code == 409
    actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "No boat"})
    assert app.post(path, {"score": 6}).status_code == 422
    assert app.post(path, {"score": 2, "text": "Lama."}).json()["score"] == 2
    assert app.post(path, {"score": 5}).json()["score"] == 2
    assert program(town.clerk).post(path, {"score": 5}).status_code == 404


def test_a_case_without_letter_or_bill_says_so(town: Town, case: Case, program: Programs):
    app = program(town.resident)
    assert app.get(f"/cases/{case.reference}/letters").json() == {"letters": []}
    assert app.get(f"/cases/{case.reference}/bill").status_code == 404
    assert app.post(f"/cases/{case.reference}/payments", {"method": "qr"}).status_code == 409
    assert program(town.clerk).get(f"/cases/{case.reference}/letters").status_code == 404
