"""A document about a made-up subject: issued, signed, withdrawn, replaced, read, removed after its term."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from pytest_django import Settings

from kini.core import current_time, retention
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.file_references import referenced_hashes
from kini.core.models import AuditEntry
from kini.documents import actions, jobs, queries, signing_keys
from kini.documents.environment import DocumentsEnvironment
from kini.documents.models import DocumentState, SignedDocument, SignedDocumentEntry
from kini.people.models import User
from tests.documents.conftest import BY, CONTENT, COORDINATOR, RULE, STRANGER, TYPE, Certificates
from tests.documents.pdf_tools import text_of

type Issue = Callable[..., SignedDocument]


def test_it_is_issued_and_signed(certificate: SignedDocument, certificates: Certificates) -> None:
    assert (certificate.state, certificate.number) == (DocumentState.VALID, "7/1")
    paper = text_of(certificate)
    for words in (CONTENT.title, certificate.number, certificate.code, "Sukarelawan Contoh", "Jam"):
        assert words in paper, words
    assert certificate.sha256 in referenced_hashes()
    assert certificates.told == [("signed", "shift:7")]
    assert list(certificate.history.values_list("state", flat=True)) == ["waiting", "valid"]
    audited = AuditEntry.objects.filter(subject="signed-document:7/1").values_list("action", flat=True)
    assert set(audited) == {"documents.issued", "documents.signed"}


def test_without_a_key_it_waits_and_is_signed_later(
    issue: Issue, certificates: Certificates, settings: Settings
) -> None:
    document = actions.sign_document(by=BY, document=issue())
    assert (document.state, document.sha256) == (DocumentState.WAITING, "")
    assert queries.of_code(document.code) is None
    jobs.sign_waiting()
    assert queries.unsigned_documents().count() == 1
    signing_keys.make_development_keys(DocumentsEnvironment.current().keys_folder, [("registry", "Catatan")])
    jobs.sign_waiting()
    assert queries.unsigned_documents().count() == 0
    assert queries.of_code(document.code) == document
    assert certificates.told == [("signed", "shift:7")]


def test_it_is_withdrawn_for_a_cause_of_its_type(certificate: SignedDocument, certificates: Certificates) -> None:
    with pytest.raises(ActionRefused):
        actions.withdraw_document(by=COORDINATOR, document=certificate, cause="error")
    document = actions.withdraw_document(by=COORDINATOR, document=certificate, cause="fraud", note="Told by Budi.")
    assert document.state == DocumentState.WITHDRAWN
    assert certificates.told[-1] == ("withdrawn: fraud", "shift:7")
    assert document.history.latest("pk").note == "Told by Budi."
    with pytest.raises(ActionRefused):
        actions.withdraw_document(by=COORDINATOR, document=certificate, cause="fraud")


def test_it_is_replaced_by_one_about_the_same_subject(certificate: SignedDocument, issue: Issue) -> None:
    newer = issue(by=COORDINATOR, replaces=certificate, note="One hour more.")
    certificate.refresh_from_db()
    assert (certificate.state, certificate.successor) == (DocumentState.REPLACED, newer)
    assert (newer.number, newer.ordinal) == ("7/2", 2)
    with pytest.raises(ActionRefused):
        issue(replaces=certificate)
    with pytest.raises(SignedDocument.DoesNotExist):
        issue(subject="shift:8", replaces=newer)


@pytest.mark.parametrize(
    "change",
    [
        lambda issue, document: issue(subject="shift:8", by=STRANGER),
        lambda issue, document: actions.sign_document(by=STRANGER, document=document),
        lambda issue, document: actions.withdraw_document(by=STRANGER, document=document, cause="fraud"),
        lambda issue, document: actions.remove_content(by=COORDINATOR, document=document),
    ],
)
def test_others_may_not(
    change: Callable[[Issue, SignedDocument], object], issue: Issue, certificate: SignedDocument
) -> None:
    with pytest.raises(NotAllowed):
        change(issue, certificate)
    certificate.refresh_from_db()
    assert certificate.state == DocumentState.VALID


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_its_readers_alone_get_the_file(certificate: SignedDocument, certificates: Certificates) -> None:
    reader, other = (User.objects.create(phone=f"+628120000000{n}") for n in (1, 2))
    certificates.readers = {reader.pk}
    path = f"/documents/{certificate.pk}/"
    response = client_of(reader).get(path)
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    assert "Sertifikat-relawan-7-1.pdf" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert client_of(other).get(path).status_code == 404
    assert Client().get(path).status_code == 404
    actions.withdraw_document(by=BY, document=certificate, cause="fraud")
    assert client_of(reader).get(path).status_code == 404


def removed(days: float) -> int:
    with current_time.freeze(current_time.now() + timedelta(days=days)):
        return retention.apply(retention.rules.get(RULE))


def test_after_its_term_content_and_file_are_removed(certificate: SignedDocument, certificates: Certificates) -> None:
    assert removed(3 * 365 - 1) == 0
    certificates.held = {"shift:7"}
    assert removed(3 * 365 + 1) == 0
    certificates.held = set()
    assert removed(3 * 365 + 1) == 1
    assert removed(3 * 365 + 1) == 0
    stored = SignedDocument.objects.get()
    assert (stored.content, stored.sha256, stored.state, stored.code) == ("", "", "valid", certificate.code)
    assert stored.title == "Certificate"
    assert certificates.told[-1] == ("removed", "shift:7")
    assert certificate.sha256 not in referenced_hashes()
    certificates.readers = {None}
    assert Client().get(f"/documents/{stored.pk}/").status_code == 404


def test_a_waiting_one_is_not_removed(issue: Issue) -> None:
    issue()
    assert removed(9 * 365) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"content": CONTENT.as_json()},
        {"content": ""},
        {"sha256": ""},
        {"sha256": "0" * 64},
        {"code": "X"},
        {"subject": "shift:8"},
        {"valid_until": None},
        {"state": "waiting"},
        {"state": "withdrawn"},
        {"state": "replaced"},
        {"signed_at": None},
    ],
)
def test_the_database_keeps_it(certificate: SignedDocument, change: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SignedDocument.objects.filter(pk=certificate.pk).update(**change)


def test_the_database_keeps_an_ended_one_and_every_history(certificate: SignedDocument) -> None:
    actions.withdraw_document(by=BY, document=certificate, cause="fraud")
    changes: list[Callable[[], object]] = [
        lambda: SignedDocument.objects.filter(pk=certificate.pk).update(state="valid", cause="", ended_at=None),
        lambda: SignedDocumentEntry.objects.update(note="x"),
        lambda: SignedDocumentEntry.objects.all().delete(),
        lambda: SignedDocument.objects.filter(pk=certificate.pk)._raw_delete("default"),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_database_removes_the_content_only_after_signing(issue: Issue) -> None:
    document = issue()
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        SignedDocument.objects.filter(pk=document.pk).update(content="")


def test_one_open_document_of_a_template_about_a_subject(certificate: SignedDocument, issue: Issue) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        issue()
    assert issue(subject="shift:8").number == "8/1"
    with pytest.raises(IntegrityError), transaction.atomic():
        issue(subject="nothing")


@pytest.mark.django_db(transaction=True)
def test_documents_that_are_issued_at_once_get_numbers_in_turn(issue: Issue) -> None:
    results: list[str] = []

    def replaced() -> None:
        try:
            before = queries.of_subject(TYPE, "shift:7").filter(state="waiting").get()
            results.append(issue(replaces=before).number)
        except ActionRefused:
            results.append("refused")
        finally:
            connection.close()

    issue()
    threads = [threading.Thread(target=replaced) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(each for each in results if each != "refused")
    assert numbers == [f"7/{n}" for n in range(2, len(numbers) + 2)]
    assert numbers
    assert queries.of_subject(TYPE, "shift:7").filter(state="waiting").count() == 1
