"""Issuing: one letter per decision despite repeated events; signed, or waiting for the key."""

import json

import pytest
from django.db import IntegrityError, transaction

from kini.cases import actions as case_actions
from kini.cases import timeline
from kini.cases.events import CaseMoved
from kini.core import files
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry, OutboxMessage
from kini.letters import actions, jobs, queries, signing_keys
from kini.letters.environment import LettersEnvironment
from kini.letters.models import Letter, LetterEntry, LetterState
from tests.cases.town import BY, PERMIT, offer, opened
from tests.letters.pdf_tools import text_of


def test_the_end_that_grants_makes_the_letter(letter, granted):
    assert letter.state == LetterState.VALID
    assert letter.said["title"] == "Surat izin lapak"
    assert letter.said["decider"] == "Kepala kantor"
    assert [row["label"] for row in letter.said["rows"]] == ["Nama", "NIK", "Goods", "Perahu"]
    paper = text_of(letter)
    for words in ("Surat izin lapak", letter.number, letter.code, "Warga Contoh", "Camar", "Dinas Catatan", "CONTOH"):
        assert words in paper, words
    assert timeline.verify_case(granted) == []


def test_numbers_are_masked_on_paper(letter):
    shown = next(row["text"] for row in letter.said["rows"] if row["name"] == "nik")
    assert "•" in shown
    assert "3171014407900004" not in json.dumps(letter.said)
    assert "3171014407900004" not in text_of(letter)


def test_the_resident_reads_and_is_told_of_it(letter, granted, town, browse):
    page = browse(town.resident).get(f"/cases/{granted.reference}/").content.decode()
    assert "Download your letter" in page
    assert f"/cases/{granted.reference}/documents/{letter.document_id}/" in page
    told = OutboxMessage.objects.latest("pk").text
    assert "Surat izin lapak" in told


def test_the_same_event_again_changes_nothing(letter, granted):
    event = CaseMoved(granted.reference, "approve", "granted", letter.entry)
    jobs.follow(event)
    jobs.follow(event)
    assert granted.letters.count() == 1


def test_a_withdrawn_letter_does_not_come_back_by_an_old_event(letter, granted, town):
    actions.withdraw_letter(by=town.named("head"), letter=letter, cause="error")
    jobs.follow(CaseMoved(granted.reference, "approve", "granted", letter.entry))
    assert [each.state for each in granted.letters.all()] == [LetterState.WITHDRAWN]


def test_a_refusal_makes_none(keys, case, town, run_jobs):
    case_actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "No."})
    run_jobs()
    assert not Letter.objects.exists()


def test_without_a_key_it_waits_and_nothing_is_lost(case, grant, browse, town, settings):
    grant(case)
    letter = case.letters.get()
    assert letter.state == LetterState.WAITING
    page = browse(town.resident).get(f"/cases/{case.reference}/").content.decode()
    assert "Your letter is being signed" in page
    assert "has no usable signing key" in browse(town.head).get(f"/desk/cases/{case.reference}/").content.decode()
    jobs.sign_waiting()
    assert case.letters.get().state == LetterState.WAITING
    signing_keys.make_development_keys(LettersEnvironment.current().keys_folder, [("registry", "Catatan")])
    jobs.sign_waiting()
    assert case.letters.get().state == LetterState.VALID
    assert queries.unsigned_letters().count() == 0


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
    assert list(letter.history.values_list("sort", flat=True)) == ["waiting", "valid"]
    found = AuditEntry.objects.filter(subject=f"letter:{letter.number}").values_list("action", flat=True)
    assert set(found) == {"letters.issued", "letters.signed"}


@pytest.mark.parametrize(
    "change",
    [{"said": {}}, {"code": "X"}, {"document": None, "state": "waiting"}, {"template": "other"}, {"state": "waiting"}],
)
def test_the_database_keeps_what_a_letter_says(letter, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(**change)


def test_the_database_keeps_its_history(letter):
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterEntry.objects.filter(letter=letter).update(note="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterEntry.objects.filter(letter=letter).delete()


def test_the_database_refuses_a_second_live_letter(letter):
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(
            case=letter.case,
            entry=letter.entry,
            ordinal=9,
            code="X",
            template=letter.template,
            source="",
            language="id",
            said=letter.said,
            agency=letter.agency,
            issued_at=letter.issued_at,
        )


def test_the_file_is_what_was_signed(letter):
    assert files.is_intact(letter.document.sha256)
    assert letter.document.size > 5000
