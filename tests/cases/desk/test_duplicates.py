"""Comparison of two cases: contents for the officer, and for the resident of the merged one."""

import pytest

from kini.cases.models import Case
from kini.services.models import ServiceVersion
from tests.cases.desk.conftest import Browse
from tests.cases.town import ANSWERS, NIK, Town, employed, opened
from tests.pagechecks import CheckedClient


@pytest.fixture
def again(town: Town, permit: ServiceVersion, case: Case) -> Case:
    return opened(town.named("resident"), permit, town.resident, ANSWERS | {"boat": {"boat": "Elang"}})


def address(one: Case, other: Case) -> str:
    return f"/desk/cases/{one.reference}/compare/{other.reference}/"


def test_the_case_page_leads_to_the_comparison(case: Case, again: Case, clerk: CheckedClient):
    page = clerk.get(f"/desk/cases/{case.reference}/").content.decode()
    assert "Possible duplicates" in page
    assert address(case, again) in page


def test_side_by_side_with_differences_in_words(case: Case, again: Case, clerk: CheckedClient):
    response = clerk.get(address(again, case))
    rows = {row.label: row for row in response.context["rows"]}
    assert (rows["Boat"].first, rows["Boat"].later, rows["Boat"].differs) == ("Camar", "Elang", True)
    assert not rows["Goods"].differs
    assert rows["Number"].hidden
    page = response.content.decode()
    for words in ("Differs", "The same", "Hidden, not compared", "earlier"):
        assert words in page
    for secret in (NIK, "Warga Contoh"):
        assert secret not in page


def test_joined_from_the_page_and_followed_by_its_resident(
    town: Town, case: Case, again: Case, clerk: CheckedClient, browse: Browse
):
    response = clerk.post(address(again, case), {"verdict": "same"})
    assert (response.status_code, response["Location"]) == (303, f"/desk/cases/{case.reference}/")
    assert "Merged into this case" in clerk.get(f"/desk/cases/{case.reference}/").content.decode()
    tracker = browse(town.resident).get(f"/cases/{again.reference}/").content.decode()
    assert "Worked on together" in tracker
    assert "An officer reads your papers." in tracker
    assert case.reference not in tracker
    page = browse(town.resident).get("/cases/").content.decode()
    assert "merged with what others reported" in page
    clerk.post(f"/desk/cases/{again.reference}/separate/")
    assert Case.objects.get(pk=again.pk).merged_into is None
    assert clerk.post(f"/desk/cases/{again.reference}/separate/").status_code == 303


def test_kept_apart_from_the_page(case: Case, again: Case, clerk: CheckedClient):
    assert clerk.post(address(case, again), {"verdict": "apart"}).status_code == 303
    assert "Possible duplicates" not in clerk.get(f"/desk/cases/{case.reference}/").content.decode()


def test_nonsense_is_told(case: Case, again: Case, clerk: CheckedClient):
    response = clerk.post(address(case, again), {"verdict": "perhaps"})
    assert response.status_code == 422
    assert "Choose whether they are duplicates." in response.content.decode()
    assert clerk.get(f"/desk/cases/{case.reference}/compare/nothing/").status_code == 404
    assert clerk.post(address(case, case), {"verdict": "same"}).status_code == 422


def test_officers_in_the_field_are_not_asked(town: Town, case: Case, again: Case, browse: Browse):
    field = browse(employed("+6281200000031", "Petugas Lapangan", town.registry, "field"))
    assert "Possible duplicates" not in field.get(f"/desk/cases/{case.reference}/").content.decode()
    assert field.get(address(case, again)).status_code == 403
    elsewhere = browse(employed("+6281200000032", "Kepala Jalan", town.roads, "head"))
    assert elsewhere.get(address(case, again)).status_code == 404
