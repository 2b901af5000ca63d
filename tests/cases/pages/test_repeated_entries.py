"""A page that is answered several times."""

import pytest

from kini.cases.models import Draft
from kini.services.models import ServiceVersion
from tests.cases.pages.browsing import Seen, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def crew(resident: Visitor, census: ServiceVersion) -> Seen:
    """The form for the first sailor."""
    page = resident.begin("census")
    return resident.send(page, boat="Camar", built__day="3", built__month="11", built__year="2001")


def names() -> list[str]:
    return [item["sailor"] for item in Draft.objects.get().answers.get("crew", [])]


def test_entries_are_added_changed_and_removed(resident: Visitor, crew: Seen) -> None:
    page = resident.send(crew, sailor="Ana", role="captain")
    page = resident.send(resident.see(page.link("Add another")), sailor="Budi", role="mate")
    assert names() == ["Ana", "Budi"]
    form = resident.see(page.link("Change: Sailor 2"))
    assert (form.heading, form.value("sailor")) == ("Sailor 2", "Budi")
    page = resident.send(form, sailor="Citra")
    assert names() == ["Ana", "Citra"]
    page = resident.send(page, action="/1/remove/")
    assert names() == ["Citra"]
    assert "Ana" not in page.text
    page = resident.send(page, action="/1/remove/")
    assert page.heading == "Who sails in it?"


def test_there_are_never_more_than_the_service_takes(resident: Visitor, crew: Seen) -> None:
    page = resident.send(crew, sailor="Ana", role="captain")
    last = page
    for name in ("Budi", "Citra"):
        last = resident.see(page.link("Add another"))
        page = resident.send(last, sailor=name, role="mate")
    assert "Add another" not in page.text
    late = resident.send(last, sailor="Dewi", role="mate")
    assert late.status == 422
    assert late.value("sailor") == "Dewi"
    assert names() == ["Ana", "Budi", "Citra"]


def test_a_wrong_entry_keeps_what_was_typed(resident: Visitor, crew: Seen) -> None:
    page = resident.send(crew, sailor="", role="captain")
    assert (page.status, len(page.errors)) == (422, 1)
    assert page.value("role") == "captain"
    assert names() == []


def test_two_tabs_add_two_entries_and_a_second_click_adds_none(resident: Visitor, crew: Seen) -> None:
    for name in ("Ana", "Ana", "Budi"):
        assert resident.sent(crew, sailor=name, role="mate").status_code == 303
    assert names() == ["Ana", "Budi"]


def test_an_entry_that_is_no_longer_there_leads_to_the_list(resident: Visitor, crew: Seen) -> None:
    page = resident.send(crew, sailor="Ana", role="captain")
    assert resident.see(f"{page.url}7/").heading == "Who sails in it?"
    resident.send(page, action="/1/remove/")
    assert resident.sent(page, action="/1/remove/").status_code == 303
    assert names() == []


def test_going_on_without_enough_entries_asks_for_one(resident: Visitor, crew: Seen) -> None:
    draft = Draft.objects.get()
    assert resident.post(f"/apply/{draft.pk}/crew/next/", follow=True).redirect_chain[-1][0].endswith("/crew/1/")
    assert resident.post(f"/apply/{draft.pk}/crew/", {"x": "y"}).status_code == 404
    assert resident.post(f"/apply/{draft.pk}/boat/next/").status_code == 404
    assert resident.get(f"/apply/{draft.pk}/boat/1/").status_code == 404
