"""Public verification: content and validity of a letter."""

import re
from datetime import timedelta

import pytest
from lxml.html import fromstring

from kini.core import current_time, references
from kini.letters import actions, verification
from kini.letters.models import LetterState
from kini.services.models import ServiceVersion
from tests.cases.town import PERMIT, offer, opened
from tests.letters.conftest import GIVES
from tests.letters.pdf_tools import text_of

UNGIVEN = "7F3K-9Q2M-V0XA-4TBE-8HJ"


def page_of(client, code, status=200):
    client.cookies["kini_language"] = "en"
    response = client.get(f"/v/{code}")
    assert response.status_code == status
    return response.content.decode()


def test_it_says_what_the_paper_says(client, letter):
    page = page_of(client, letter.code)
    assert "This letter is genuine and valid" in page
    for row in letter.said["rows"]:
        assert row["text"] in page
    assert "3171014407900004" not in page
    assert "Dinas Catatan" in page


def test_nobody_lists_or_keeps_it(client, letter):
    response = client.get(f"/v/{letter.code}")
    assert "noindex" in response["X-Robots-Tag"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " ")])
def test_a_code_may_be_typed_as_one_likes(client, letter, change):
    response = client.get("/v/", {"code": change(letter.code)})
    assert response["Location"] == f"/v/{letter.code}"


def test_a_wrong_character_is_noticed_before_it_is_looked_up(client, letter):
    other = "A" if letter.code[0] != "A" else "B"
    client.cookies["kini_language"] = "en"
    response = client.get("/v/", {"code": other + letter.code[1:]})
    assert response.status_code == 422
    assert "compare it with the letter" in response.content.decode()


def test_unknown_broken_and_unsigned_codes_look_alike(client, case, grant):
    grant(case)  # without a key: the letter waits
    waiting = case.letters.get()
    assert waiting.state == LetterState.WAITING
    answers = {
        re.sub(r"csrf\S+|value=\"[^\"]*\"|/v/[\w-]+", "", page_of(client, code, 404))
        for code in (references.generate_code(), "nothing", waiting.code)
    }
    assert len(answers) == 1


def test_a_withdrawn_letter_says_when_and_why(client, letter, town):
    actions.withdraw_letter(by=town.named("head"), letter=letter, cause="revoked", note="Forged papers of Budi.")
    page = page_of(client, letter.code)
    assert "This letter was withdrawn" in page
    assert "The decision was revoked." in page
    assert "Budi" not in page


def test_a_replaced_letter_does_not_lead_to_the_newer_one(client, letter, town):
    newer = actions.replace_letter(by=town.named("head"), letter=letter, note="A typing error.")
    page = page_of(client, letter.code)
    assert "This letter was replaced" in page
    assert newer.code not in page
    assert "typing error" not in page
    assert "genuine and valid" in page_of(client, newer.code)


def test_of_a_sensitive_service_it_says_nothing_but_that(client, keys, town, grant):
    help_ = PERMIT | {
        "kind": "assistance",
        "gives": GIVES,
        "assistance": {"title": {"id": "Layanan", "en": "Support"}, "quick_exit": True},
    }
    version: ServiceVersion = offer("shelter", help_)
    letter = grant(opened(town.named("resident"), version, town.resident)).letters.get()
    page = page_of(client, letter.code)
    assert "Surat izin lapak" not in page
    assert "Warga Contoh" not in page


def test_codes_cannot_be_tried_for_ever(client, db, city):
    for _n in range(verification.TRIES.count):
        page_of(client, references.generate_code(), 404)
    page_of(client, references.generate_code(), 429)


def test_every_value_on_the_page_stands_on_the_paper(client, letter):
    paper = "".join(text_of(letter).split())
    page = fromstring(page_of(client, letter.code))
    values = [" ".join(each.text_content().split()) for each in page.xpath("//dl[contains(@class, 'facts')]//dd")]
    assert len(values) > len(letter.said["rows"])
    for value in values:
        for part in value.split(", "):
            assert "".join(part.split()) in paper


def test_after_its_last_day_it_is_genuine_and_no_longer_valid(client, letter):
    with current_time.freeze(letter.issued_at + timedelta(days=360)):
        assert "This letter is genuine and valid" in page_of(client, letter.code)
    with current_time.freeze(letter.issued_at + timedelta(days=370)):
        page = page_of(client, letter.code)
    assert "genuine, but it has expired" in page
    assert f"It was valid until {letter.said['until']}" in page
