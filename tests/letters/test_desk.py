"""Officers withdraw and replace letters with a reason; residents read what happened; nobody else may."""

import pytest

from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry, OutboxMessage
from kini.documents import actions as document_actions
from kini.documents.models import DocumentState
from kini.letters import actions
from tests.cases.town import employed, opened


def address(letter, deed):
    return f"/desk/cases/{letter.case.reference}/letters/{letter.pk}/{deed}/"


def test_the_case_page_shows_letters_and_what_may_be_done(letter, browse, town):
    page = browse(town.head).get(f"/desk/cases/{letter.case.reference}/").content.decode()
    assert letter.signed_document.number in page
    assert address(letter, "withdraw") in page
    assert address(letter, "replace") in page
    page = browse(town.clerk).get(f"/desk/cases/{letter.case.reference}/").content.decode()
    assert letter.signed_document.number in page
    assert address(letter, "withdraw") not in page


def test_withdrawing_needs_a_cause_and_tells_the_resident(letter, browse, town, run_jobs):
    head = browse(town.head)
    assert head.get(address(letter, "withdraw")).status_code == 200
    refused = head.post(address(letter, "withdraw"), {"note": "kept words"})
    assert refused.status_code == 422
    assert "Choose the reason" in refused.content.decode()
    assert "kept words" in refused.content.decode()
    done = head.post(address(letter, "withdraw"), {"cause": "error", "note": "The name is wrong."})
    assert done.status_code == 303
    run_jobs()
    letter.signed_document.refresh_from_db()
    assert letter.signed_document.state == DocumentState.WITHDRAWN
    page = browse(town.resident).get(f"/cases/{letter.case.reference}/").content.decode()
    assert "was withdrawn and is no longer valid. It contained an error." in page
    assert "Download your letter" not in page
    assert "The name is wrong." not in page
    assert "The name is wrong." in head.get(f"/desk/cases/{letter.case.reference}/").content.decode()
    assert "ditarik" in OutboxMessage.objects.latest("pk").text
    assert AuditEntry.objects.filter(
        action="documents.withdrawn", subject=f"signed-document:{letter.signed_document.number}"
    ).exists()


def test_replacing_gives_a_new_code_and_number(letter, browse, town):
    head = browse(town.head)
    assert head.post(address(letter, "replace"), {"note": " "}).status_code == 422
    assert head.post(address(letter, "replace"), {"note": "A typing error."}).status_code == 303
    letter.signed_document.refresh_from_db()
    old, newer = letter.signed_document, letter.signed_document.successor
    assert (old.state, newer.state) == (DocumentState.REPLACED, DocumentState.VALID)
    assert newer.code != old.code
    assert newer.number == f"{letter.case.reference}/2"
    page = browse(town.resident).get(f"/cases/{letter.case.reference}/").content.decode()
    assert f"/documents/{newer.letter.attachment_id}/" in page
    assert "replaces the previous one" in page


def test_an_ended_letter_cannot_be_ended_again(letter, town):
    head = town.named("head")
    document_actions.withdraw_document(by=head, document=letter.signed_document, cause="error")
    with pytest.raises(ActionRefused):
        document_actions.withdraw_document(by=head, document=letter.signed_document, cause="error")
    with pytest.raises(ActionRefused):
        actions.replace_letter(by=head, letter=letter, note="x")


@pytest.mark.parametrize("who", ["clerk", "resident", "neighbour"])
def test_others_may_not(letter, town, browse, who):
    with pytest.raises(NotAllowed):
        document_actions.withdraw_document(by=town.named(who), document=letter.signed_document, cause="error")
    with pytest.raises(NotAllowed):
        actions.replace_letter(by=town.named(who), letter=letter, note="x")
    answered = browse(getattr(town, who)).post(address(letter, "withdraw"), {"cause": "error"})
    assert answered.status_code in (403, 404)


def test_heads_of_other_agencies_see_nothing_of_it(letter, town, browse):
    other = browse(employed("+6281200000099", "Kepala Lain", town.roads, "head"))
    assert other.get(address(letter, "withdraw")).status_code == 404
    assert other.get(f"/cases/{letter.case.reference}/documents/{letter.attachment_id}/").status_code == 404


def test_a_letter_of_another_case_is_not_found_below_this_one(letter, town, browse, permit):
    other = opened(town.named("neighbour"), permit, town.neighbour)
    path = f"/desk/cases/{other.reference}/letters/{letter.pk}/withdraw/"
    assert browse(town.head).get(path).status_code == 404


def test_only_those_who_may_see_the_case_download_it(letter, town, browse, client):
    path = f"/cases/{letter.case.reference}/documents/{letter.attachment_id}/"
    got = browse(town.resident).get(path)
    assert got.status_code == 200
    assert b"".join(got.streaming_content).startswith(b"%PDF-")
    assert ".pdf" in got["Content-Disposition"]
    assert browse(town.neighbour).get(path).status_code == 404
    assert client.get(path).status_code == 302
    seen = browse(town.head).get(path)
    assert b"".join(seen.streaming_content).startswith(b"%PDF-")
