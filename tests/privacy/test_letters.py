"""Signed letters outlive their case's answers; their files are deleted after their own term."""

from datetime import timedelta

from kini.cases import timeline
from kini.cases.models import Case
from kini.core import current_time, retention
from kini.core.retention import YEAR
from kini.documents.models import SignedDocument
from kini.letters.models import Letter
from kini.people import actions as people_actions
from tests.cases.desk.conftest import Browse
from tests.cases.town import BY, Town
from tests.letters.conftest import case as case
from tests.letters.conftest import city as city
from tests.letters.conftest import grant as grant
from tests.letters.conftest import granted as granted
from tests.letters.conftest import keys as keys
from tests.letters.conftest import letter as letter
from tests.letters.conftest import permit as permit

ANSWERS, LETTERS = "cases.answers", "letters.papers"


def applied(name: str) -> int:
    return retention.apply(retention.rules.get(name))


def test_a_letter_stays_ten_years(letter: Letter, granted: Case) -> None:
    with current_time.freeze(current_time.now() + 5 * YEAR + timedelta(days=1)):
        assert applied(ANSWERS) == 1
        assert applied(LETTERS) == 0
    assert letter.attachment
    letter.attachment.refresh_from_db()
    assert letter.attachment.sha256
    assert timeline.verify_case(granted) == []
    with current_time.freeze(current_time.now() + 10 * YEAR + timedelta(days=1)):
        assert applied(LETTERS) == 1
        assert applied(LETTERS) == 0
    letter.attachment.refresh_from_db()
    assert letter.attachment.sha256 == SignedDocument.objects.get().sha256 == ""
    assert timeline.verify_case(granted) == []


def test_what_it_says_goes_with_its_file_and_it_is_still_found_by_its_code(
    letter: Letter, town: Town, browse: Browse
) -> None:
    document = letter.signed_document
    assert "Warga Contoh" in str(document.content)
    assert "<dd>Warga Contoh</dd>" in browse(town.resident).get(f"/v/{document.code}").text
    with current_time.freeze(current_time.now() + 10 * YEAR + timedelta(days=1)):
        assert applied(LETTERS) == 1
        stored = SignedDocument.objects.get()
        assert (stored.content, stored.code, stored.state) == ("", document.code, "valid")
        resident, head = browse(town.resident), browse(town.head)
        page = resident.get(f"/v/{document.code}").text
        assert "It was valid until" in page
        assert "no longer stored" in page
        assert "<dd>Warga Contoh</dd>" not in page
        assert document.number in page
        assert "no longer stored" in resident.get(f"/cases/{letter.case.reference}/").text
        assert head.get(f"/desk/cases/{letter.case.reference}/").status_code == 200


def test_a_hold_keeps_a_letter(letter: Letter, town: Town) -> None:
    hold = people_actions.place_legal_hold(by=BY, reason="Court of Jakarta, 12/2026", resident=town.resident)
    with current_time.freeze(current_time.now() + 10 * YEAR + timedelta(days=1)):
        assert applied(LETTERS) == 0
        people_actions.lift_legal_hold(by=BY, hold=hold, reason="Judgment given")
        assert applied(LETTERS) == 1
