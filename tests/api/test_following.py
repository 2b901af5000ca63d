"""Following a case by program, and the steps that are its resident's."""

import json

from kini.cases import actions, timeline
from kini.cases.models import Case
from kini.services.models import ServiceVersion
from tests.api.conftest import Program, Programs
from tests.api.test_applying import ANSWERS, NEW
from tests.cases import flows
from tests.cases import town as towns
from tests.cases.town import Town


def test_a_case_tells_its_answers_and_what_happened(town: Town, case: Case, program: Programs):
    actions.add_note(by=town.named("clerk"), case=case, text="A secret of the office")
    body = program(town.resident).get(f"/cases/{case.reference}/history").json()
    assert {each["name"]: each["text"] for page in body["answers"] for each in page["answers"]}["goods"] == "Fish"
    assert [entry["number"] for entry in body["timeline"]] == [1]
    assert "A secret of the office" not in json.dumps(body)


def test_a_correction_is_answered(town: Town, case: Case, program: Programs):
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Which boat?"})
    app = program(town.resident)
    body = app.get(f"/cases/{case.reference}").json()
    assert (body["waits_for_resident"], [each["move"] for each in body["moves"]]) == (True, ["answer", "withdraw"])
    draft = app.post(f"/cases/{case.reference}/correction", {})
    assert draft.status_code == 201, draft.content
    app.patch(f"/drafts/{draft.json()['id']}", {"answers": {"boat": "Elang"}})
    moved = app.post(f"/cases/{case.reference}/moves", {"move": "answer", "step": "correction"})
    assert moved.json()["step"] == "check", moved.content
    answers = app.get(f"/cases/{case.reference}/history").json()["answers"]
    assert {each["name"]: each["text"] for page in answers for each in page["answers"]}["boat"] == "Elang"


def test_a_case_is_withdrawn_once(town: Town, case: Case, program: Programs):
    app = program(town.resident)
    response = app.post(f"/cases/{case.reference}/moves", {"move": "withdraw", "given": {"reason": "I sold it."}})
    assert (response.json()["step"], response.json()["outcome"]) == ("withdrawn", "withdrawn")
    again = app.post(f"/cases/{case.reference}/moves", {"move": "withdraw"})
    assert again.status_code == 409
    assert timeline.verify_case(Case.objects.get()) == []


def test_a_step_says_what_it_needs_and_what_was_wrong(town: Town, case: Case, program: Programs):
    case = actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "No boat"})
    app = program(town.resident)
    (objecting,) = app.get(f"/cases/{case.reference}").json()["moves"]
    assert objecting["given"]["required"] == ["message"]
    path = f"/cases/{case.reference}/moves"
    for case_or_key, places in (
        ({}, ["/given/message"]),
        ({"message": 7}, ["/given/message"]),
        ({"message": "It is mine", "photo": "x"}, ["/given/photo"]),
        ({"message": "It is mine", "reason": "x" * 3000}, ["/given/reason"]),
    ):
        refused = app.post(path, {"move": "object", "given": case_or_key})
        assert refused.status_code == 422, refused.content
        assert [each["pointer"] for each in refused.json()["errors"]] == places
    assert app.post(path, {"move": "object", "given": {"message": "It is mine"}}).json()["step"] == "check"


def test_a_step_of_another_state_is_refused(town: Town, case: Case, program: Programs):
    refused = program(town.resident).post(f"/cases/{case.reference}/moves", {"move": "withdraw", "step": "decision"})
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("#stale")


def test_files_are_given_with_a_step_and_read_again(town: Town, program: Programs):
    correction = {**flows.STATES["correction"], "moves": {"answer": {"to": "check", "needs": ["photo"]}}}
    version = towns.offer("stall-permit", towns.PERMIT, flows.flow(correction=correction))
    case = towns.opened(town.named("resident"), version, town.resident)
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "A photo, please"})
    app, path = program(town.resident), f"/cases/{case.reference}"
    files = app.get(path).json()["moves"][0]["files"]
    assert [(each["name"], each["least"], each["most"]) for each in files] == [("photo", 1, 2)]
    refused = app.post(f"{path}/moves", {"move": "answer"})
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/given/photo"]
    form = {"body": json.dumps({"move": "answer", "step": "correction"}), "photo": towns.photo()}
    moved = app.form(f"{path}/moves", form, Idempotency_Key="x")
    assert moved.status_code == 200, moved.content
    again = app.form(f"{path}/moves", {**form, "photo": towns.photo()}, Idempotency_Key="x")
    assert (again.headers["Idempotency-Replayed"], again.json()) == ("true", moved.json())
    other = app.form(f"{path}/moves", {**form, "photo": towns.photo(2)}, Idempotency_Key="x")
    assert other.status_code == 422
    (file,) = app.get(f"{path}/history").json()["timeline"][-1]["files"]
    assert app.read(f"{path}/documents/{file['id']}").startswith(b"\xff\xd8")


def test_a_guest_follows_by_the_key_that_was_told_once(town: Town, program: Programs):
    version = towns.offer("lost-boat", {**towns.PERMIT, "kind": "assistance"})
    assert version
    guest = Program()
    new = {**NEW, "service": "lost-boat", "answers": {"name": "Tamu", **ANSWERS}}
    references = guest.post("/cases", new, Idempotency_Key="g")
    assert references.status_code == 201, references.content
    reference, key = references.json()["reference"], references.json()["key"]
    assert guest.get(f"/cases/{reference}").status_code == 404
    response = guest.get(f"/cases/{reference}", Guest_Key=key)
    assert (response.json()["reference"], response.json()["key"]) == (reference, None)
    assert guest.get(f"/cases/{reference}/history", Guest_Key=key).status_code == 200
    moved = guest.post(f"/cases/{reference}/moves", {"move": "withdraw"}, Guest_Key=key)
    assert moved.json()["step"] == "withdrawn"


def test_a_page_of_cases_goes_on_where_the_last_one_ended(town: Town, permit: ServiceVersion, program: Programs):
    app = program(town.resident)
    references = [towns.opened(town.named("resident"), permit, town.resident).reference for _ in range(5)]
    first = app.get("/cases?limit=2").json()
    towns.opened(town.named("resident"), permit, town.resident)
    second = app.get(f"/cases?limit=2&cursor={first['next']}").json()
    third = app.get(f"/cases?limit=2&cursor={second['next']}").json()
    seen = [each["reference"] for page in (first, second, third) for each in page["items"]]
    assert (seen, third["next"]) == (references[::-1], None)


def test_a_cursor_that_was_made_up_is_refused(town: Town, program: Programs):
    refused = program(town.resident).get("/cases?cursor=abc")
    assert refused.status_code == 422
    assert [each["parameter"] for each in refused.json()["errors"]] == ["cursor"]
