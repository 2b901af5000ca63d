"""Moves of a resident: correct, withdraw, object, and stale pages."""

import pytest

from kini.cases import actions
from kini.cases.models import Attachment, Case
from kini.services.models import ServiceVersion
from tests.cases import town as towns
from tests.cases.pages.browsing import Visitor, visitor
from tests.cases.town import Town

pytestmark = pytest.mark.django_db


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def returned(case: Case, town: Town) -> Case:
    """A case of which the clerk wants one page corrected."""
    inputs = {"message": "Which boat?", "pages": ["boat"]}
    return actions.move(by=town.named("clerk"), case=case, move="ask", values=inputs)


def test_a_correction_from_the_message_to_the_officer(resident: Visitor, returned: Case) -> None:
    page = resident.see(f"/cases/{returned.reference}/")
    page = resident.see(page.link("Answer now"))
    assert page.heading == "Correct your answers"
    assert "Which boat?" in page.text
    assert page.words("//main//dt") == ["Boat"]
    question = resident.see(page.link("Change: Boat"))
    assert (question.heading, question.value("boat")) == ("Boat", "Camar")
    assert resident.send(question, boat="").status == 422
    page = resident.send(question, boat="Elang")
    assert "Changed" in page.text
    assert now(returned).answers["boat"] == "Camar"
    page = resident.send(page, action="/moves/answer/")
    assert page.url == f"/cases/{returned.reference}/"
    assert "What was asked for has been answered." in page.text
    assert (now(returned).state, now(returned).answers["boat"]) == ("check", "Elang")


def test_only_what_was_asked_for_can_be_changed(resident: Visitor, returned: Case) -> None:
    page = resident.see(f"/cases/{returned.reference}/correct/goods/")
    assert page.heading == "Correct your answers"
    resident.post(f"/cases/{returned.reference}/correct/goods/", {"goods": "fruit"})
    assert resident.see(f"/cases/{returned.reference}/correct/").words("//main//dt") == ["Boat"]


def test_a_correction_that_asks_more_shows_what_is_still_needed(
    resident: Visitor, town: Town, permit: ServiceVersion
) -> None:
    pages = {**towns.ANSWERS, "goods": {"goods": "fruit"}}
    del pages["boat"]
    case = towns.opened(town.named("resident"), permit, town.resident, pages)
    inputs = {"message": "Fruit?", "pages": ["goods"]}
    actions.move(by=town.named("clerk"), case=case, move="ask", values=inputs)
    page = resident.see(f"/cases/{case.reference}/correct/goods/")
    page = resident.send(page, goods="fish")
    assert page.words("//main//dt") == ["Goods", "Boat"]
    assert "Still needed" in page.text
    early = resident.send(page, action="/moves/answer/")
    assert (early.status, len(early.errors)) == (422, 1)
    page = resident.send(resident.see(early.link("Change: Boat")), boat="Elang")
    assert resident.see(page.link("Change: Boat")).value("boat") == "Elang"
    resident.send(page, action="/moves/answer/")
    assert now(case).answers["boat"] == "Elang"


def test_a_paper_is_replaced_in_a_correction(resident: Visitor, case: Case, town: Town) -> None:
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "The letter, please."})
    page = resident.see(f"/cases/{case.reference}/correct/doc-letter/")
    page = resident.send(page, letter=towns.photo(7, name="surat.jpg"))
    assert "surat.jpg" in page.text
    resident.send(page, action="/moves/answer/")
    assert Attachment.objects.get().case == case
    assert "surat.jpg" in resident.see(f"/cases/{case.reference}/").text


def test_nothing_is_corrected_unless_the_city_asks(resident: Visitor, case: Case) -> None:
    page = resident.see(f"/cases/{case.reference}/correct/")
    assert page.url == f"/cases/{case.reference}/"
    assert resident.post(f"/cases/{case.reference}/correct/goods/", {"goods": "fruit"}).status_code == 409
    answer = resident.post(f"/cases/{case.reference}/moves/answer/", {"state": "check"})
    assert answer.status_code == 409
    assert now(case).answers["goods"] == "fish"


def test_withdrawing_asks_why_and_can_be_done_once(resident: Visitor, case: Case) -> None:
    page = resident.see(f"/cases/{case.reference}/")
    first = resident.send(page, action="/moves/withdraw/", reason="I moved away.")
    assert "This case was withdrawn." in first.text
    assert "I moved away." in first.text
    second = resident.send(page, action="/moves/withdraw/")
    assert second.url == f"/cases/{case.reference}/"
    assert now(case).timeline.filter(move="withdraw").count() == 1
    assert "I no longer want this" not in second.text


def test_a_refusal_gives_its_reason_and_the_way_to_object(resident: Visitor, case: Case, town: Town) -> None:
    actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "The pier is full."})
    page = resident.see(f"/cases/{case.reference}/")
    assert "The pier is full." in page.text
    form = resident.see(page.link("Object"))
    assert form.heading == "Object"
    empty = resident.send(form, message="")
    assert (empty.status, len(empty.errors)) == (422, 1)
    page = resident.send(empty, message="There is room at the end.")
    assert now(case).state == "check"
    assert "There is room at the end." in page.text
    again = resident.sent(form, message="There is room at the end.")
    assert again.status_code == 303
    assert now(case).timeline.filter(move="object").count() == 1


def test_an_old_page_does_not_move_the_case(resident: Visitor, case: Case, town: Town) -> None:
    page = resident.see(f"/cases/{case.reference}/")
    actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "No."})
    old = resident.sent(page, action="/moves/withdraw/")
    assert old.status_code == 409
    assert now(case).state == "rejected"


@pytest.mark.parametrize(
    ("move", "status"), [("accept", 403), ("reject", 403), ("no-such-move", 409), ("after", 409), ("object", 409)]
)
def test_steps_of_others_are_refused(resident: Visitor, case: Case, move: str, status: int) -> None:
    answer = resident.post(f"/cases/{case.reference}/moves/{move}/", {"state": "check", "reason": "x"})
    assert answer.status_code == status
    assert resident.see(f"/cases/{case.reference}/moves/{move}/").url == f"/cases/{case.reference}/"
    assert now(case).state == "check"


def test_bad_input_at_a_step_is_named(resident: Visitor, case: Case, town: Town) -> None:
    actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "No."})
    form = resident.see(f"/cases/{case.reference}/moves/object/")
    for bad in (
        {"message": "a\x01b"},
        {"message": "a\ufffdb"},
        {"message": "x" * 20_000},
        {"message": "x", "role": "x"},
    ):
        page = resident.send(form, **bad)
        assert page.status == 422
        assert page.errors
    assert now(case).state == "rejected"


def test_a_guest_withdraws_with_the_secret_link(call: ServiceVersion) -> None:
    place = {"lat": -6.1, "lon": 106.8, "text": "x", "area": "1.1.1", "exact": False}
    case = towns.opened(towns.guest(), call, None, {"place": {"place": place}})
    browser = visitor()
    page = browser.see(f"/cases/{case.reference}/?key={case.guest_key}")
    browser.send(page, action="/moves/withdraw/")
    assert now(case).state == "withdrawn"


def test_a_guest_corrects_with_the_secret_link(call: ServiceVersion, town: Town) -> None:
    place = {"lat": -6.1, "lon": 106.8, "text": "x", "area": "1.1.1", "exact": False}
    case = towns.opened(towns.guest(), call, None, {"place": {"place": place}})
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Your number?"})
    browser = visitor()
    browser.see(f"/cases/{case.reference}/?key={case.guest_key}")
    page = browser.see(f"/cases/{case.reference}/correct/phone/")
    assert "Leave this page now" in page.words("//body")[0]
    page = browser.send(page, phone="081234567890")
    page = browser.send(page, action="/moves/answer/")
    assert now(case).answers["phone"] == "+6281234567890"
