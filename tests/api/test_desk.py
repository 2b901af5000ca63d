"""The officers' desk by program: the same deeds, the same permissions."""

import json

from kini.cases import actions
from kini.cases.models import Case
from kini.people.models import AccessLog
from kini.services.models import ServiceVersion
from tests.api.conftest import Programs
from tests.cases import flows
from tests.cases import town as towns
from tests.cases.town import Town, employed, person

ACCEPT = {"to": "decision", "needs": ["photo", "eta"]}


def test_the_desk_says_whose_it_is(town: Town, case: Case, program: Programs):
    body = program(town.head).get("/desk").json()
    assert (body["officer"]["name"], body["agency"]["id"]) == ("Kepala Kantor", "registry")
    assert ("assign" in body["permissions"], body["views"]["due"]) == (True, 1)


def test_the_queue_is_narrowed_and_read_page_by_page(town: Town, permit: ServiceVersion, program: Programs):
    cases = [towns.opened(town.named("resident"), permit, town.resident) for _ in range(3)]
    desk = program(town.clerk)
    first = desk.get("/desk/cases?limit=2").json()
    second = desk.get(f"/desk/cases?limit=2&cursor={first['next']}").json()
    seen = [each["reference"] for each in first["items"] + second["items"]]
    assert (seen, second["next"]) == ([case.reference for case in cases], None)
    assert [each["reference"] for each in desk.get(f"/desk/cases?search={seen[1]}").json()["items"]] == [seen[1]]
    assert desk.get("/desk/cases?area=1.1.2").json()["items"] == []
    assert len(desk.get("/desk/cases?area=1.1").json()["items"]) == 3
    assert desk.get("/desk/cases?view=closed").json()["items"] == []
    assert desk.get("/desk/cases?view=none").status_code == 422
    assert desk.get("/desk/cases?cursor=WyJ4Il0").status_code == 422


def test_a_case_goes_to_its_decision(town: Town, case: Case, program: Programs):
    clerk, head, path = program(town.clerk), program(town.head), f"/desk/cases/{case.reference}"
    body = clerk.get(path).json()
    assert [each["move"] for each in body["moves"]] == ["accept", "ask", "reject"]
    assert (body["may"], body["person"]) == (["take", "note"], None)
    assert clerk.post(f"{path}/moves", {"move": "accept", "step": "check"}).json()["step"] == "decision"
    assert clerk.post(f"{path}/moves", {"move": "approve"}).status_code == 403
    done = head.post(f"{path}/moves", {"move": "approve"}).json()
    assert (done["state"], done["moves"]) == ("done", [])
    assert [entry["who"] for entry in done["timeline"]][1:] == ["Petugas Berkas", "Kepala Kantor"]


def test_an_answer_to_be_corrected_is_named_by_its_page(town: Town, case: Case, program: Programs):
    desk, path = program(town.clerk), f"/desk/cases/{case.reference}"
    asking = next(each for each in desk.get(path).json()["moves"] if each["move"] == "ask")
    assert "boat" in asking["given"]["properties"]["pages"]["items"]["enum"]
    refused = desk.post(f"{path}/moves", {"move": "ask", "given": {"message": "?", "pages": ["none"]}})
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/given/pages"]
    response = desk.post(f"{path}/moves", {"move": "ask", "given": {"message": "?", "pages": ["boat"]}})
    assert response.json()["step"] == "correction"


def test_a_photo_is_given_with_a_step(town: Town, program: Programs):
    check = {**flows.STATES["check"], "moves": {**flows.STATES["check"]["moves"], "accept": ACCEPT}}
    version = towns.offer("stall-permit", towns.PERMIT, flows.flow(check=check))
    case = towns.opened(town.named("resident"), version, town.resident)
    desk, path = program(town.clerk), f"/desk/cases/{case.reference}"
    form = {"body": json.dumps({"move": "accept", "given": {"eta": 5}}), "photo": towns.photo()}
    moved = desk.form(f"{path}/moves", form)
    assert moved.status_code == 200, moved.content
    (file,) = moved.json()["timeline"][-1]["files"]
    assert desk.read(f"{path}/documents/{file['id']}").startswith(b"\xff\xd8")
    bad = {"body": json.dumps({"move": "approve"}), "photo": towns.photo()}
    refused = program(town.head).form(f"{path}/moves", bad)
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/given/photo"]


def test_cases_are_taken_handed_on_and_given_back(town: Town, case: Case, program: Programs):
    head, path = program(town.head), f"/desk/cases/{case.reference}/assignment"
    clerk = head.post(path, {"officer": town.clerk.pk}).json()
    assert clerk["officer"]["name"] == "Petugas Berkas"
    assert head.post(path, {"officer": None}).json()["officer"] is None
    assert head.post(path, {"officer": 99}).status_code == 422
    assert program(town.clerk).post(path, {"officer": town.head.pk}).status_code == 403
    assert program(town.clerk).post(path, {"officer": town.clerk.pk}).json()["officer"]["id"] == town.clerk.pk


def test_a_case_is_passed_on_with_a_reason(town: Town, case: Case, program: Programs):
    head, path = program(town.head), f"/desk/cases/{case.reference}/transfer"
    assert head.post(path, {"agency": "none", "reason": "Theirs"}).status_code == 422
    assert head.post(path, {"agency": "roads", "reason": ""}).status_code == 409
    assert head.post(path, {"agency": "roads", "reason": "A road"}).status_code == 204
    assert Case.objects.get().agency_id == "roads"
    assert head.get(f"/desk/cases/{case.reference}").status_code == 404


def test_notes_stay_in_the_office(town: Town, case: Case, program: Programs):
    body = program(town.clerk).post(f"/desk/cases/{case.reference}/notes", {"text": "Ask the harbour"}).json()
    assert body["timeline"][-1]["internal"] is True
    history = program(town.resident).get(f"/cases/{case.reference}/history")
    assert b"Ask the harbour" not in history.content


def test_a_look_is_logged_for_the_resident(town: Town, case: Case, program: Programs):
    path = f"/desk/cases/{case.reference}/looks"
    look = {"what": "answers", "purpose": "verify-documents", "reason": "To compare the card"}
    assert program(town.clerk).post(path, look).status_code == 403
    assert program(town.head, "desk:read", "desk:write").post(path, look).status_code == 403
    for wrong in ({"reason": " "}, {"reason": "\u200b."}, {"purpose": "none"}):
        assert program(town.head).post(path, look | wrong).status_code == 409
    assert not AccessLog.objects.filter(day=None).exists()
    seen = program(town.head).post(path, look)
    assert seen.json()["values"]["nik"] == towns.NIK
    assert AccessLog.objects.get(day=None).reason == "To compare the card"
    assert seen.headers["Cache-Control"] == "no-store"


def test_others_have_no_desk(town: Town, case: Case, program: Programs):
    elsewhere = employed("+6281200000011", "Petugas Jalan", town.roads, "clerk")
    assert program(elsewhere).get(f"/desk/cases/{case.reference}").status_code == 404
    assert program(elsewhere).get("/desk/cases").json()["items"] == []
    assert program(town.resident).get("/desk/cases").status_code == 403
    assert program(town.resident).get("/desk").status_code == 403


def test_an_officer_does_not_work_on_their_own_case(town: Town, permit: ServiceVersion, program: Programs):
    clerk = employed("+6281200000014", "Petugas Pemohon", town.registry, "clerk")
    own = person("+6281200000014", "Petugas Pemohon")
    case = towns.opened(towns.acting(own), permit, own)
    assert program(clerk).get(f"/desk/cases/{case.reference}").status_code == 403
    assert program(clerk).post(f"/desk/cases/{case.reference}/moves", {"move": "accept"}).status_code == 403
    assert program(clerk).get(f"/cases/{case.reference}").status_code == 200


def test_a_draft_that_was_not_sent_is_nobodys_business(town: Town, case: Case, program: Programs):
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "The letter"})
    app = program(town.resident)
    draft = app.post(f"/cases/{case.reference}/correction", {}).json()["id"]
    added = app.form(f"/drafts/{draft}/documents", {"slot": "letter", "file": towns.photo()})
    assert added.status_code == 201, added.content
    file = added.json()["id"]
    assert app.read(f"/cases/{case.reference}/documents/{file}").startswith(b"\xff\xd8")
    assert program(town.clerk).get(f"/desk/cases/{case.reference}/documents/{file}").status_code == 404
