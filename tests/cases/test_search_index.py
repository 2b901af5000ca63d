"""Search index of officers: words that are found, and personal data that is not."""

from pathlib import Path

import pytest

from kini.cases import actions, queries
from kini.cases.models import Case
from kini.cases.queries import QueueFilters
from kini.core.actors import NotAllowed
from kini.services.models import ServiceVersion
from tests.cases.town import ANSWERS, BY, NIK, PERMIT, Town, acting, employed, guest, offer, opened


def found(town: Town, text: str, who: str = "clerk") -> list[Case]:
    return queries.queue_page(town.named(who), QueueFilters(text=text)).cases


@pytest.mark.parametrize("text", ["Camar", "cama", "CAMAR dermaga", "lapak", "stall per", "kampung-dermaga!", "izin"])
def test_words_of_the_service_the_area_and_the_person_find_it(town: Town, case: Case, text: str):
    assert found(town, text) == [case]


@pytest.mark.parametrize(
    "text", ["Warga", "Contoh", NIK, "31710144", "Bukit", "+6281234567890", "camar bukit", "!", "²"]
)
def test_nobody_is_found_by_who_they_are(town: Town, case: Case, text: str):
    for who in ("clerk", "head"):
        assert found(town, text, who) == []


def test_a_name_that_a_guest_typed_finds_nothing(town: Town, var: Path):
    version = offer("open-permit", PERMIT | {"kind": "assistance", "attach": {}})
    pages = ANSWERS | {"name": {"name": "Mbah Sela"}, "boat": {"boat": "Elang"}}
    case = opened(guest(), version, None, pages)
    assert found(town, "elang") == [case]
    assert found(town, "sela") == []


def test_numbers_are_found_however_they_are_typed(town: Town, case: Case):
    code = case.reference.removeprefix("TELUK-")
    for text in (case.reference, case.reference.lower(), code, code.replace("-", ""), f"  teluk {code} ", code[:4]):
        assert found(town, text) == [case]


def test_corrected_answers_are_what_is_found(town: Town, case: Case):
    actions.move(by=town.named("clerk"), case=case, move="ask", values={"message": "Which boat?"})
    draft = actions.open_correction(by=town.named("resident"), case=case)
    actions.save_answers(by=town.named("resident"), draft=draft, page="boat", values={"boat": "Elang"})
    actions.move(by=town.named("resident"), case=case, move="answer")
    assert found(town, "elang") == [case]
    assert found(town, "camar") == []


def test_a_step_leaves_the_words_as_they_are(town: Town, case: Case):
    actions.move(by=town.named("clerk"), case=case, move="accept")
    assert found(town, "camar") == [case]


def test_other_agencies_find_nothing(town: Town, case: Case):
    stranger = employed("+6281200000061", "Petugas Jalan", town.roads, "head")
    assert queries.queue_page(acting(stranger), QueueFilters(text="camar")).cases == []


def test_cases_that_came_in_another_way_are_made_findable(town: Town, permit: ServiceVersion, case: Case):
    Case.objects.update(search=None)
    assert found(town, "camar") == []
    with pytest.raises(NotAllowed):
        actions.index_cases(by=town.named("head"))
    assert actions.index_cases(by=BY) == 1
    assert actions.index_cases(by=BY) == 0
    assert found(town, "camar") == [case]
