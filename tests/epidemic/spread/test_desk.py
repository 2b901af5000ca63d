"""Officers' pages: any area of theirs on any day, and line lists."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from kini.city.models import Agency, Area
from kini.core.models import AuditEntry
from kini.epidemic.models import CaseRecord
from kini.epidemic.spread import area_situation
from kini.epidemic.spread.line_list import ACCESS_TYPE, COLUMNS
from kini.people.models import AccessLog
from tests.cases import town as towns
from tests.epidemic.spread.conftest import ALSO_MANY, LAST, MANY, ONE, publish
from tests.pagechecks import CheckedClient

PAGE = "/desk/epidemic/situation/covid-19/"
LIST = f"{PAGE}line-list/"
ROLE = "epidemiologist"


@pytest.fixture
def officer(client: CheckedClient, wave: None) -> CheckedClient:
    """Browser of an officer for surveillance in the municipality of MANY and ONE."""
    agency = Agency.objects.get(pk="dinkes")
    CaseRecord.objects.update(agency=agency)
    employed = towns.employed("+628120000071", "Petugas Contoh", agency, ROLE, area=Area.objects.get(pk="31.74"))
    client.force_login(employed.user)
    client.cookies["kini_language"] = "en"
    return client


def ask(**other: str) -> dict[str, str]:
    day = LAST.isoformat()
    return {"area": MANY, "first": day, "last": day, "purpose": "surveillance", "reason": "Weekly review"} | other


def test_only_officers_with_the_permission(client: CheckedClient, wave: None) -> None:
    assert client.get(PAGE).status_code == 302


def test_small_numbers_are_shown_to_officers(officer: CheckedClient) -> None:
    assert officer.get("/desk/epidemic/situation/").status_code == 200
    page = officer.get(f"{PAGE}?area=31.74.04&on=2021-07-12").text
    assert f"area={ONE}" in page
    assert ">0</strong> <span>cases" not in page  # cases of its parts are cases of the area
    page = officer.get(f"{PAGE}?area={ONE}&on=2021-07-12").text
    assert "RT/RW" in page
    assert "002" not in page.split("RT/RW")[1].split("</table>")[0].replace("001", "")


def test_areas_of_others_are_refused(officer: CheckedClient) -> None:
    assert officer.get(f"{PAGE}?area={ALSO_MANY}").status_code == 403
    assert officer.get(f"{PAGE}?area=31").status_code == 403
    assert officer.get(f"{PAGE}?area=99").status_code == 404
    assert officer.get(f"{PAGE}?on=soon").status_code == 404


def test_a_day_as_it_was_known_then(officer: CheckedClient, add_cases: Callable[..., list[CaseRecord]]) -> None:
    """A record of the desk that is entered later was not known before."""
    add_cases(ONE, LAST.replace(day=10), 40, source="desk")
    publish(LAST.replace(day=20))
    query = f"{PAGE}?area={ONE}&on=2021-07-12"
    known = [officer.get(f"{query}&known_on={day}").text for day in ("2021-07-12", "2021-07-20")]
    assert [">41</strong>" in page for page in known] == [False, True]


def test_compared_areas(officer: CheckedClient) -> None:
    page = officer.get(f"{PAGE}?area=31.74.04&on=2021-07-12&with={MANY}&with={ONE}").text
    assert "chart-key line-2" in page


def test_a_line_list_is_watermarked_and_logged(officer: CheckedClient) -> None:
    assert officer.get(LIST).status_code == 200
    response = officer.post(LIST, ask())
    head, watermark, *rows = response.content.decode("utf-8-sig").splitlines()
    number = response["Content-Disposition"].split('"')[1].removesuffix(".csv")
    assert head == ",".join(COLUMNS)
    assert number in watermark
    assert len(rows) == 6
    assert all(row.endswith(number) for row in rows)
    entry = AuditEntry.objects.get(action="epidemic.line-list-exported")
    assert entry.subject == f"line-list:{number}"
    assert entry.detail["reason"] == "Weekly review"
    assert AccessLog.objects.filter(what=ACCESS_TYPE, purpose="surveillance").count() == 6


def test_a_merged_record_is_on_no_line_list(officer: CheckedClient) -> None:
    kept, absorbed = CaseRecord.objects.filter(area=MANY, reported_on=LAST)[:2]
    CaseRecord.objects.filter(pk=absorbed.pk).update(merged_into=kept)
    page = officer.post(LIST, ask()).content.decode()
    assert kept.reference in page
    assert absorbed.reference not in page


def test_a_line_list_needs_a_purpose_and_stays_small(officer: CheckedClient) -> None:
    for wrong in ({"reason": ""}, {"purpose": "curiosity"}, {"first": "2020-01-01"}, {"last": ""}, {"area": "99"}):
        assert officer.post(LIST, ask(**wrong)).status_code == 422
    assert officer.post(LIST, ask(area=ALSO_MANY)).status_code == 422  # nothing there that they may read
    assert not AuditEntry.objects.filter(action="epidemic.line-list-exported").exists()


@pytest.mark.parametrize(
    ("days", "says"), [(-35.2, "days to halve"), (12.4, "days to double"), (None, "days to double")]
)
def test_a_falling_epidemic_has_days_to_halve(
    officer: CheckedClient, monkeypatch: pytest.MonkeyPatch, days: float | None, says: str
) -> None:
    found = area_situation.situation_lines

    def lines(*words: Any) -> list[area_situation.SituationLine]:
        return [replace(each, values={**each.values, "doubling_time": days}) for each in found(*words)]

    monkeypatch.setattr(area_situation, "situation_lines", lines)
    page = " ".join(officer.get(f"{PAGE}?area=31.74.04&on=2021-07-12").text.split())
    shown = f"{abs(days):.0f}" if days else "–"
    assert f">{shown}</strong> <span>{says}" in page
