"""Help for officers: on the page they come from and on their other pages, and on no others."""

from kini.web import navigation
from kini.web.desk_help import desk_help
from tests.cases.desk.conftest import Browse
from tests.cases.town import Town
from tests.pagechecks import CheckedClient

OTHERS = "Your other pages"


def test_every_page_of_the_rail_has_help() -> None:
    pages = {item.url_name for item in navigation.navigation if item.place == "desk"} | {"cases:desk"}
    assert pages == set(desk_help.names())


def test_the_help_begins_with_the_page_that_the_officer_comes_from(head: CheckedClient) -> None:
    assert "/desk/help/?page=/desk/overdue/" in head.get("/desk/overdue/").text
    here, others = head.get("/desk/help/", {"page": "/desk/cases/KINI-0000-0000/"}).text.split(OTHERS)
    assert "undone for thirty seconds" in here
    assert "The table can be downloaded" in others
    here, others = head.get("/desk/help/", {"page": "/desk/overdue/"}).text.split(OTHERS)
    assert "The table can be downloaded" in here
    assert "undone for thirty seconds" in others


def test_officers_read_of_their_own_pages_only(clerk: CheckedClient) -> None:
    assert "The table can be downloaded" not in clerk.get("/desk/help/").text


def test_residents_have_no_help_for_officers(town: Town, browse: Browse) -> None:
    assert CheckedClient().get("/desk/help/").status_code == 404
    assert browse(town.resident).get("/desk/help/").status_code == 404
