"""API of letters: the list of a case, and the file only while the letter is valid."""

import pytest

from kini.documents import actions
from kini.documents.models import SignedDocument
from kini.letters.models import Letter
from tests.api.conftest import Programs
from tests.api.conftest import program as program
from tests.cases.town import BY, Town


@pytest.fixture
def file(letter: Letter) -> str:
    """Address of the letter's file."""
    return f"/cases/{letter.case.reference}/letters/{letter.pk}"


def test_a_valid_letter_is_listed_and_downloaded(town: Town, letter: Letter, file: str, program: Programs) -> None:
    app = program(town.resident)
    (listed,) = app.get(f"/cases/{letter.case.reference}/letters").json()["letters"]
    assert (listed["id"], listed["state"], listed["code"]) == (str(letter.pk), "valid", letter.signed_document.code)
    response = app.get(file)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert program(town.neighbour).get(file).status_code == 404


def test_a_withdrawn_letter_is_not_downloaded(town: Town, letter: Letter, file: str, program: Programs) -> None:
    actions.withdraw_document(by=town.named("head"), document=letter.signed_document, cause="error")
    app = program(town.resident)
    assert app.get(f"/cases/{letter.case.reference}/letters").json()["letters"][0]["state"] == "withdrawn"
    assert app.get(file).status_code == 404


def test_a_letter_whose_file_was_deleted_is_not_downloaded(
    town: Town, letter: Letter, file: str, program: Programs
) -> None:
    actions.remove_content(by=BY, document=letter.signed_document)
    assert SignedDocument.objects.get(pk=letter.pk).sha256 == ""
    assert program(town.resident).get(file).status_code == 404
