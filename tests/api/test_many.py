"""Canned replies and one step for many cases, by program."""

import pytest

from kini.cases import actions, jobs
from kini.cases.models import Case
from kini.core import current_time
from kini.services.models import ServiceVersion
from tests.api.conftest import Programs
from tests.cases import town as towns
from tests.cases.town import BY, Town


@pytest.fixture
def cases(town: Town, permit: ServiceVersion) -> list[Case]:
    return [towns.opened(town.named("resident"), permit, town.resident) for _ in range(2)]


def chosen(cases: list[Case], step: str = "check") -> list[dict[str, str]]:
    return [{"reference": case.reference, "step": step} for case in cases]


def test_replies_of_the_agency_are_filled_in_for_the_case(town: Town, case: Case, program: Programs):
    actions.create_reply(by=BY, agency=town.clerk.agency, service=None, title="Foto", text="Foto ulang {reference}.")
    body = program(town.clerk).get(f"/desk/cases/{case.reference}/replies").json()
    assert [(each["title"], each["text"]) for each in body["replies"]] == [("Foto", f"Foto ulang {case.reference}.")]
    assert program(town.resident).get(f"/desk/cases/{case.reference}/replies").status_code == 403


def test_many_cases_take_one_step_after_a_while(town: Town, cases: list[Case], program: Programs):
    desk = program(town.clerk)
    response = desk.post("/desk/bulks", {"cases": chosen(cases), "move": "accept"})
    assert (response.status_code, response.json()["state"]) == (201, "waiting"), response.content
    assert set(Case.objects.values_list("state", flat=True)) == {"check"}
    path = response["Location"].removeprefix("/api/v1")
    assert program(town.head).get(path).status_code == 404
    later = current_time.now() + (Case.objects.get(pk=cases[0].pk).bulks.get().bulk.due_at - current_time.now()) * 2
    with current_time.freeze(later):
        jobs.run_due_batch_moves()
    body = desk.get(path).json()
    assert (body["state"], [each["result"] for each in body["cases"]]) == ("done", ["moved", "moved"])
    assert desk.delete(path).status_code == 409


def test_a_decision_about_many_is_taken_back(town: Town, cases: list[Case], program: Programs):
    desk = program(town.clerk)
    path = desk.post("/desk/bulks", {"cases": chosen(cases), "move": "accept"})["Location"].removeprefix("/api/v1")
    assert desk.delete(path).status_code == 204
    assert desk.get(path).json()["state"] == "taken-back"


def test_what_cannot_be_moved_is_named_and_nothing_is_decided(town: Town, cases: list[Case], program: Programs):
    desk = program(town.clerk)
    stale = [*chosen(cases[:1]), *chosen(cases[1:], "decision"), {"reference": "KINI-0000-0000", "step": "check"}]
    refused = desk.post("/desk/bulks", {"cases": stale, "move": "accept"})
    wrong = [each["pointer"] for each in refused.json()["errors"]]
    assert (refused.status_code, wrong) == (409, ["/cases/1", "/cases/2"])
    lacking = desk.post("/desk/bulks", {"cases": chosen(cases), "move": "reject"})
    assert (lacking.status_code, [each["pointer"] for each in lacking.json()["errors"]]) == (422, ["/given/reason"])
    assert desk.post("/desk/bulks", {"cases": chosen(cases), "move": "approve"}).status_code == 409
