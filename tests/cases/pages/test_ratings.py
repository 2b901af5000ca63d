"""Rating on the tracker: five marks in words, a sentence, and thanks."""

import pytest

from kini.cases import actions
from kini.cases.models import Case, Rating
from tests.cases.pages.browsing import Visitor
from tests.cases.town import Town

pytestmark = pytest.mark.django_db


def decided(town: Town, case: Case) -> Case:
    return actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "The pier is full."})


def test_it_is_asked_once_the_case_is_decided(resident: Visitor, case: Case, town: Town) -> None:
    at = f"/cases/{case.reference}/"
    assert "How was this handled?" not in resident.see(at).text
    assert resident.get(f"{at}rate/").status_code == 302
    decided(town, case)
    page = resident.see(at)
    assert page.words('//label[@class="choice"]') == ["Very bad", "Bad", "Fair", "Good", "Very good"]
    page = resident.send(page, "rate/", score="2", text="It took long.")
    assert (page.url.split("?")[0], page.status) == (at, 200)
    assert "Thank you" in page.text
    assert "It took long." in page.text
    assert "How was this handled?" not in page.text
    assert Rating.objects.get().score == 2


def test_without_a_mark_nothing_typed_is_lost(resident: Visitor, case: Case, town: Town) -> None:
    decided(town, case)
    page = resident.send(resident.see(f"/cases/{case.reference}/"), "rate/", text="Hm.")
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert page.errors == ["Choose one of the five ratings."]
    assert dict(page.form("rate/").form_values())["text"].strip() == "Hm."
    page = resident.send(page, "rate/", score="4", text="x" * 2001)
    assert page.errors == ["Shorten this to 2000 characters."]
    assert Rating.objects.count() == 0


def test_others_cannot(neighbour: Visitor, clerk: Visitor, case: Case, town: Town) -> None:
    decided(town, case)
    assert neighbour.get(f"/cases/{case.reference}/rate/").status_code == 404
    assert clerk.get(f"/cases/{case.reference}/rate/").status_code == 404
