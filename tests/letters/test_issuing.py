"""Issuing: one letter per decision despite repeated events; signed, or waiting for the key."""

import json

import pytest
from django.db import IntegrityError, transaction

from kini.cases import actions as case_actions
from kini.cases import timeline
from kini.cases.events import CaseMoved
from kini.core import files
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry
from kini.documents import actions as document_actions
from kini.documents import jobs as document_jobs
from kini.documents import queries, signing_keys
from kini.documents.environment import DocumentsEnvironment
from kini.documents.models import DocumentState
from kini.letters import actions, jobs
from kini.letters.models import Letter
from kini.messages.models import Message
from tests.cases.town import BY, PERMIT, offer, opened
from tests.documents.pdf_tools import text_of


def test_the_end_that_grants_makes_the_letter(letter, granted):
    assert letter.signed_document.state == DocumentState.VALID
    assert letter.signed_document.content["title"] == "Surat izin lapak"
    assert letter.signed_document.content["decider"] == "Kepala kantor"
    assert [row["label"] for row in letter.signed_document.content["rows"]] == ["Nama", "NIK", "Goods", "Perahu"]
    paper = text_of(letter.signed_document)
    for words in (
        "Surat izin lapak",
        letter.signed_document.number,
        letter.signed_document.code,
        "Warga Contoh",
        "Camar",
        "Dinas Catatan",
        "CONTOH",
    ):
        assert words in paper, words
    assert timeline.verify_case(granted) == []


def test_numbers_are_masked_on_paper(letter):
    shown = next(row["text"] for row in letter.signed_document.content["rows"] if row["name"] == "nik")
    assert "•" in shown
    assert "3171014407900004" not in json.dumps(letter.signed_document.content)
    assert "3171014407900004" not in text_of(letter.signed_document)


def test_the_resident_reads_and_is_told_of_it(letter, granted, town, browse):
    page = browse(town.resident).get(f"/cases/{granted.reference}/").content.decode()
    assert "Download your letter" in page
    assert f"/cases/{granted.reference}/documents/{letter.attachment_id}/" in page
    told = Message.objects.filter(key__startswith=f"case:{granted.reference}:")
    assert told.count() == 3, "that it arrived, the first step, and one for decision and letter"
    assert f"/cases/{granted.reference}/" in told.latest("pk").text


def test_the_same_event_again_changes_nothing(letter, granted):
    event = CaseMoved(granted.reference, "approve", "granted", letter.entry)
    jobs.follow(event)
    jobs.follow(event)
    assert granted.letters.count() == 1


def test_a_withdrawn_letter_does_not_come_back_by_an_old_event(letter, granted, town):
    document_actions.withdraw_document(by=town.named("head"), document=letter.signed_document, cause="error")
    jobs.follow(CaseMoved(granted.reference, "approve", "granted", letter.entry))
    assert [each.signed_document.state for each in granted.letters.all()] == [DocumentState.WITHDRAWN]


def test_a_refusal_makes_none(keys, case, town, run_jobs):
    case_actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "No."})
    run_jobs()
    assert not Letter.objects.exists()


def test_without_a_key_it_waits_and_nothing_is_lost(case, grant, browse, town, settings):
    grant(case)
    letter = case.letters.get()
    assert letter.signed_document.state == DocumentState.WAITING
    page = browse(town.resident).get(f"/cases/{case.reference}/").content.decode()
    assert "Your letter is being signed" in page
    assert "has no usable signing key" in browse(town.head).get(f"/desk/cases/{case.reference}/").content.decode()
    document_jobs.sign_waiting()
    assert case.letters.get().signed_document.state == DocumentState.WAITING
    signing_keys.make_development_keys(DocumentsEnvironment.current().keys_folder, [("registry", "Catatan")])
    document_jobs.sign_waiting()
    assert case.letters.get().signed_document.state == DocumentState.VALID
    assert queries.unsigned_documents().count() == 0


def test_only_the_program_issues(keys, case, town):
    with pytest.raises(NotAllowed):
        actions.issue_letter(by=town.named("head"), case=case, entry=1)
    with pytest.raises(ActionRefused):
        actions.issue_letter(by=BY, case=case, entry=1)


def test_a_permit_without_a_letter_gets_none(keys, town, grant):
    plain = offer("plain-permit", PERMIT)
    grant(opened(town.named("resident"), plain, town.resident))
    assert not Letter.objects.exists()


def test_every_step_is_audited_and_kept(letter):
    assert list(letter.signed_document.history.values_list("state", flat=True)) == ["waiting", "valid"]
    entries = AuditEntry.objects.filter(subject=f"signed-document:{letter.signed_document.number}").values_list(
        "action", flat=True
    )
    assert set(entries) == {"documents.issued", "documents.signed"}


@pytest.mark.parametrize("change", [{"entry": 1}, {"attachment": None}])
def test_the_database_keeps_its_step_and_its_file(letter, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk)._raw_delete("default")


def test_the_file_is_what_was_signed(letter):
    assert files.is_intact(letter.signed_document.sha256)
    assert letter.attachment.sha256 == letter.signed_document.sha256
    assert letter.attachment.size > 5000
