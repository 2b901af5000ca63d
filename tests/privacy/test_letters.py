"""Signed letters outlive their case's answers, and their files go after their own term."""

from datetime import timedelta

from kini.cases import timeline
from kini.cases.models import Case
from kini.core import moments, retention
from kini.core.retention import YEAR
from kini.letters.models import Letter
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
    with moments.at(moments.now() + 5 * YEAR + timedelta(days=1)):
        assert applied(ANSWERS) == 1
        assert applied(LETTERS) == 0
    letter.refresh_from_db()
    assert letter.document is not None
    assert letter.document.sha256
    assert timeline.verify(granted) == []
    with moments.at(moments.now() + 10 * YEAR + timedelta(days=1)):
        assert applied(LETTERS) == 1
        assert applied(LETTERS) == 0
    letter.document.refresh_from_db()
    assert letter.document.sha256 == ""
    assert timeline.verify(granted) == []
