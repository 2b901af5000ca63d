"""Concurrent requests by two people, or by one person in two tabs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from kini.cases import actions, timeline
from kini.cases.models import Case
from kini.core.actors import ActionRefused
from tests.cases import town as towns
from tests.cases.town import PERMIT, Town, filled, offer, opened

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db: None) -> Town:
    return towns.build()


def at_once(*operations: Callable[[], Any]) -> list[Any]:
    """Run the functions concurrently, each with its own connection; return their results or exceptions."""
    start = Barrier(len(operations))

    def run(operation: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return operation()
        except ActionRefused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(operations)) as pool:
        return list(pool.map(run, operations))


def test_a_draft_sent_in_by_two_tabs_is_one_case(town: Town):
    by = town.named("resident")
    draft = filled(by, offer("stall-permit", PERMIT), town.resident)
    results = at_once(*[lambda: actions.submit(by=by, draft=draft, confirm=True)] * 4)
    assert len({case.pk for case in results}) == 1
    assert Case.objects.count() == 1


def test_of_two_officers_who_decide_at_once_one_is_told_to_look_again(town: Town):
    case = opened(town.named("resident"), offer("stall-permit", PERMIT), town.resident)
    by = town.named("clerk")
    results = at_once(
        lambda: actions.move(by=by, case=case, move="accept", expected_state="check"),
        lambda: actions.move(by=by, case=case, move="ask", values={"message": "Why?"}, expected_state="check"),
    )
    assert sorted(isinstance(each, actions.StaleState) for each in results) == [False, True]
    case = Case.objects.get()
    assert case.entries == 2
    assert timeline.verify_case(case) == []


def test_two_pages_saved_at_once_are_both_kept(town: Town):
    by = town.named("resident")
    draft = filled(by, offer("stall-permit", PERMIT), town.resident, {})
    at_once(
        lambda: actions.save_answers(by=by, draft=draft, page="goods", values={"goods": "fish"}),
        lambda: actions.save_answers(by=by, draft=draft, page="where", values={"where": "1.1.2"}),
    )
    draft.refresh_from_db()
    assert draft.answers == {"goods": "fish", "where": "1.1.2"}


def test_notes_written_at_once_stand_one_after_the_other(town: Town):
    case = opened(town.named("resident"), offer("stall-permit", PERMIT), town.resident)
    by = town.named("clerk")
    at_once(*[lambda: actions.add_note(by=by, case=case, text="Noted.")] * 3)
    assert [entry.number for entry in case.timeline.all()] == [1, 2, 3, 4]
    assert timeline.verify_case(case) == []
