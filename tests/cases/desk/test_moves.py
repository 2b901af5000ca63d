"""Moves at the desk: permissions, forms, and stale pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kini.cases import actions
from kini.cases.models import Attachment, Case
from tests.cases import flows
from tests.cases.desk.conftest import Browse
from tests.cases.town import PERMIT, Town, employed, offer, opened, photo
from tests.pagechecks import CheckedClient


def address(case: Case, move: str) -> str:
    return f"/desk/cases/{case.reference}/moves/{move}/"


def state(case: Case) -> str:
    return Case.objects.values_list("state", flat=True).get(pk=case.pk)


def test_a_step_without_needs_is_a_button_on_the_case_page(case: Case, clerk: CheckedClient):
    page = clerk.get(f"/desk/cases/{case.reference}/").content.decode()
    assert f'action="{address(case, "accept")}"' in page
    assert f'href="{address(case, "ask")}#fields"' in page
    assert f'href="{address(case, "reject")}#fields"' in page
    response = clerk.post(address(case, "accept"), {"state": "check"})
    assert (response.status_code, response["Location"]) == (303, f"/desk/cases/{case.reference}/")
    assert state(case) == "decision"
    assert "now “Decision”" in clerk.get(f"/desk/cases/{case.reference}/").content.decode()


def test_a_step_with_needs_has_a_page_of_its_own(case: Case, clerk: CheckedClient):
    page = clerk.get(address(case, "ask")).content.decode()
    assert 'name="message"' in page
    assert 'name="state" value="check"' in page
    assert 'name="pages"' in page
    assert clerk.post(address(case, "ask"), {"state": "check", "message": ""}).status_code == 422
    sent = {"state": "check", "message": "Which boat?", "pages": ["boat"]}
    assert clerk.post(address(case, "ask"), sent).status_code == 303
    assert state(case) == "correction"
    assert "Which boat?" in clerk.get(f"/desk/cases/{case.reference}/").content.decode()


def test_what_is_wrong_is_said_and_what_was_typed_stays(case: Case, clerk: CheckedClient):
    long = "x" * 5000
    response = clerk.post(address(case, "reject"), {"state": "check", "reason": long})
    page = response.content.decode()
    assert response.status_code == 422
    assert long in page
    assert 'href="#reason"' in page
    unreadable = clerk.post(address(case, "reject"), {"state": "check", "reason": "a\x01b"})
    assert unreadable.status_code == 422
    assert "ab" in unreadable.content.decode()
    unknown = clerk.post(address(case, "ask"), {"state": "check", "message": "Kept text", "pages": ["nothing"]})
    assert unknown.status_code == 422
    assert "Kept text" in unknown.content.decode()
    assert state(case) == "check"


def test_a_case_that_moved_on_is_not_moved_and_nothing_typed_is_lost(
    town: Town, case: Case, clerk: CheckedClient, head: CheckedClient
):
    actions.move(by=town.named("clerk"), case=case, move="accept")
    response = clerk.post(address(case, "reject"), {"state": "check", "reason": "No place left"})
    assert response.status_code in (403, 409)
    response = head.post(address(case, "reject"), {"state": "check", "reason": "No place left"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "changed in the meantime" in page
    assert "No place left" in page
    assert head.post(address(case, "approve"), {}).status_code == 409
    assert state(case) == "decision"


def test_the_same_form_twice_is_one_step(case: Case, clerk: CheckedClient):
    for _ in range(2):
        assert clerk.post(address(case, "accept"), {"state": "check"}).status_code == 303
    assert state(case) == "decision"
    assert Case.objects.get(pk=case.pk).entries == 2


def test_steps_belong_to_roles(town: Town, case: Case, head: CheckedClient, browse: Browse):
    for client in (head, browse(employed("+6281200000041", "Petugas Lapangan", town.registry, "field"))):
        assert client.get(address(case, "accept")).status_code == 403
        assert client.post(address(case, "accept"), {"state": "check"}).status_code == 403
        assert address(case, "accept") not in client.get(f"/desk/cases/{case.reference}/").content.decode()
    assert head.post(address(case, "withdraw"), {"state": "check"}).status_code == 403


def test_steps_that_do_not_exist(case: Case, clerk: CheckedClient):
    assert clerk.get(address(case, "no-such-move")).status_code == 404
    assert clerk.post(address(case, "no-such-move"), {"state": "check"}).status_code == 409


def test_another_agency_finds_nothing(town: Town, case: Case, browse: Browse):
    outsider = browse(employed("+6281200000042", "Petugas Jalan", town.roads, "clerk", "head"))
    for path_end in ("moves/accept", "assign", "transfer", "note", "look"):
        sent = {"state": "check", "reason": "x", "text": "x"}
        assert outsider.post(f"/desk/cases/{case.reference}/{path_end}/", sent).status_code == 404
    assert Case.objects.get(pk=case.pk).entries == 1


def test_residents_and_strangers_take_no_steps_here(town: Town, case: Case, browse: Browse, client: CheckedClient):
    assert browse(town.resident).post(address(case, "accept"), {"state": "check"}).status_code == 403
    assert client.post(address(case, "accept"), {"state": "check"}).status_code == 302
    assert state(case) == "check"


@pytest.fixture
def shown(town: Town) -> Case:
    """A case whose end needs a photo."""
    moves = {"accept": {"to": "decision", "needs": ["photo", "eta"]}}
    flow = flows.flow(check=flows.STATES["check"] | {"moves": flows.STATES["check"]["moves"] | moves})
    return opened(town.named("resident"), offer("photo-permit", PERMIT, flow), town.resident)


def test_files_given_at_a_step(shown: Case, clerk: CheckedClient):
    page = clerk.get(address(shown, "accept")).content.decode()
    assert 'enctype="multipart/form-data"' in page
    missing = clerk.post(address(shown, "accept"), {"state": "check", "eta": "5"})
    assert missing.status_code == 422
    assert 'value="5"' in missing.content.decode()
    program = SimpleUploadedFile("foto.jpg", b"MZ not a picture", "image/jpeg")
    refused = clerk.post(address(shown, "accept"), {"state": "check", "eta": "5", "photo": program})
    assert refused.status_code == 422
    assert 'href="#photo"' in refused.content.decode()
    assert clerk.post(address(shown, "accept"), {"state": "check", "eta": "5", "photo": photo()}).status_code == 303
    document = Attachment.objects.get(case=shown)
    address_of_file = f"/cases/{shown.reference}/documents/{document.pk}/"
    assert address_of_file in clerk.get(f"/desk/cases/{shown.reference}/").content.decode()
    answer = clerk.get(address_of_file)
    assert answer["Content-Type"] == "image/jpeg"
    answer.close()
