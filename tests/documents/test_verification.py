"""Public verification of a document: what its type shows, and whether it is valid."""

import re
from datetime import timedelta

import pytest

from kini.core import current_time, references
from kini.core.retention import YEAR
from kini.documents import actions, verification
from kini.documents.models import DocumentState
from tests.documents.conftest import BY, COORDINATOR

UNGIVEN = "7F3K-9Q2M-V0XA-4TBE-8HJ"


@pytest.fixture(autouse=True)
def in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are real ones."""
    monkeypatch.setattr(verification, "is_sample", lambda: False)


def page_of(client, code, status=200):
    client.cookies["kini_language"] = "en"
    response = client.get(f"/v/{code}")
    assert response.status_code == status
    return response.content.decode()


def test_a_document_of_a_demonstration_is_not_called_genuine(client, certificate, monkeypatch):
    monkeypatch.setattr(verification, "is_sample", lambda: True)
    page = page_of(client, certificate.code)
    assert "This is an example and no official document" in page
    assert "genuine and valid" not in page


def test_it_shows_what_its_type_makes_public(client, certificate):
    page = page_of(client, certificate.code)
    assert "This document is genuine and valid" in page
    for words in ("Sertifikat relawan", certificate.number, "Jam", "12", "Dinas Catatan", "Issued by"):
        assert words in page, words
    assert "Sukarelawan Contoh" not in page
    assert "Decided by" not in page


def test_nobody_lists_or_keeps_it(client, certificate):
    response = client.get(f"/v/{certificate.code}")
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " ")])
def test_a_code_may_be_typed_as_one_likes(client, certificate, change):
    response = client.get("/v/", {"code": change(certificate.code)})
    assert response["Location"] == f"/v/{certificate.code}"


def test_a_wrong_character_is_noticed_before_it_is_looked_up(client, certificate):
    other = "A" if certificate.code[0] != "A" else "B"
    client.cookies["kini_language"] = "en"
    response = client.get("/v/", {"code": other + certificate.code[1:]})
    assert response.status_code == 422
    assert "compare it with the document" in response.content.decode()


def test_unknown_broken_and_unsigned_codes_look_alike(client, issue):
    waiting = actions.sign_document(by=BY, document=issue())  # without a key
    assert waiting.state == DocumentState.WAITING
    answers = {
        re.sub(r"csrf\S+|value=\"[^\"]*\"|/v/[\w-]+", "", page_of(client, code, 404))
        for code in (references.generate_code(), "nothing", waiting.code)
    }
    assert len(answers) == 1


def test_a_withdrawn_document_says_when_and_why(client, certificate):
    actions.withdraw_document(by=COORDINATOR, document=certificate, cause="fraud", note="Told by Budi.")
    page = page_of(client, certificate.code)
    assert "This document was withdrawn" in page
    assert "The hours were not worked." in page
    assert "Budi" not in page


def test_a_replaced_document_does_not_lead_to_the_newer_one(client, certificate, issue):
    newer = actions.sign_document(by=BY, document=issue(replaces=certificate, note="A typing error."))
    page = page_of(client, certificate.code)
    assert "This document was replaced" in page
    assert newer.code not in page
    assert "typing error" not in page
    assert "genuine and valid" in page_of(client, newer.code)


def test_codes_cannot_be_tried_for_ever(client, db, city):
    for _n in range(verification.TRIES.count):
        page_of(client, references.generate_code(), 404)
    page_of(client, references.generate_code(), 429)


def test_after_its_last_day_it_is_genuine_and_no_longer_valid(client, certificate):
    with current_time.freeze(certificate.issued_at + YEAR - timedelta(days=1)):
        assert "genuine and valid" in page_of(client, certificate.code)
    with current_time.freeze(certificate.issued_at + YEAR + timedelta(days=2)):
        page = page_of(client, certificate.code)
    assert "genuine, but it has expired" in page
    assert "It was valid until 1 Desember 2027" in page


def test_after_its_term_number_and_validity_are_still_there(client, certificate):
    actions.remove_content(by=BY, document=certificate)
    page = page_of(client, certificate.code)
    for words in ("genuine and valid", "no longer stored", certificate.number, "Certificate", "Dinas Catatan"):
        assert words in page, words
    assert "Jam" not in page
