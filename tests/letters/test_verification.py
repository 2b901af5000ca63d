"""Public verification of a letter: what its paper says; of a sensitive service only that it is genuine."""

from datetime import timedelta

import pytest
from lxml.html import fromstring

from kini.core import current_time
from kini.documents import actions as document_actions
from kini.documents import verification
from kini.services.models import ServiceVersion
from tests.cases.town import PERMIT, offer, opened
from tests.documents.pdf_tools import text_of
from tests.documents.test_verification import page_of
from tests.letters.conftest import GIVES


@pytest.fixture(autouse=True)
def in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents are real ones."""
    monkeypatch.setattr(verification, "is_sample", lambda: False)


def test_it_says_what_the_paper_says(client, letter):
    page = page_of(client, letter.signed_document.code)
    assert "This document is genuine and valid" in page
    for row in letter.signed_document.content["rows"]:
        assert row["text"] in page
    assert "3171014407900004" not in page
    assert "Dinas Catatan" in page


def test_a_withdrawn_letter_says_when_and_why(client, letter, town):
    head, note = town.named("head"), "Forged papers of Budi."
    document_actions.withdraw_document(by=head, document=letter.signed_document, cause="revoked", note=note)
    page = page_of(client, letter.signed_document.code)
    assert "This document was withdrawn" in page
    assert "The decision was revoked." in page
    assert "Budi" not in page


def test_of_a_sensitive_service_it_says_nothing_but_that(client, keys, town, grant):
    help_ = PERMIT | {
        "kind": "assistance",
        "gives": GIVES,
        "assistance": {"title": {"id": "Layanan", "en": "Support"}, "quick_exit": True},
    }
    version: ServiceVersion = offer("shelter", help_)
    document = grant(opened(town.named("resident"), version, town.resident)).letters.get().signed_document
    page = page_of(client, document.code)
    assert "Surat izin lapak" not in page
    assert "Warga Contoh" not in page


def test_every_value_on_the_page_stands_on_the_paper(client, letter):
    document = letter.signed_document
    paper = "".join(text_of(document).split())
    page = fromstring(page_of(client, document.code))
    values = [" ".join(each.text_content().split()) for each in page.xpath("//dl[contains(@class, 'facts')]//dd")]
    assert len(values) > len(document.content["rows"])
    for value in values:
        for part in value.split(", "):
            assert "".join(part.split()) in paper


def test_after_the_months_of_the_service_it_is_no_longer_valid(client, letter):
    document = letter.signed_document
    with current_time.freeze(document.issued_at + timedelta(days=360)):
        assert "This document is genuine and valid" in page_of(client, document.code)
    with current_time.freeze(document.issued_at + timedelta(days=370)):
        page = page_of(client, document.code)
    assert "genuine, but it has expired" in page
    assert f"It was valid until {document.content['until']}" in page
