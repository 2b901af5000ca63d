"""Duplicates: the later case follows the first, and the database protects this."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from kini.cases import actions, queries, timeline
from kini.cases.models import Case, NotDuplicate, TimelineEntry
from kini.core import current_time
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.core.models import AuditEntry, OutboxMessage
from kini.services.flows import Flow
from kini.services.models import ServiceVersion
from tests.cases.flows import STATES
from tests.cases.town import PERMIT, Town, acting, employed, offer, opened


@pytest.fixture
def again(town: Town, permit: ServiceVersion, case: Case) -> Case:
    """The same resident's second permit, while the first is open."""
    return opened(town.named("resident"), permit, town.resident)


@pytest.fixture
def joined(town: Town, case: Case, again: Case) -> Case:
    return actions.merge(by=town.named("clerk"), case=again, other=case)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_open_cases_of_one_resident_and_service_look_alike(town: Town, case: Case, again: Case, permit: ServiceVersion):
    opened(town.named("neighbour"), permit, town.neighbour)
    opened(town.named("resident"), offer("other-permit", PERMIT), town.resident)
    clerk = town.named("clerk")
    with CaptureQueriesContext(connection) as captured:
        (alike,) = queries.duplicate_candidates(clerk, case)
    assert (alike.case.pk, alike.metres, len(captured)) == (again.pk, None, 2)
    elsewhere = acting(employed("+6281200000032", "Petugas Jalan", town.roads, "clerk"))
    assert queries.duplicate_candidates(elsewhere, case) == []
    actions.withdraw(by=town.named("resident"), case=again)
    assert queries.duplicate_candidates(town.named("clerk"), case) == []


def test_the_later_one_ends_and_follows_the_first(town: Town, case: Case, joined: Case, again: Case):
    assert joined.pk == again.pk
    assert (joined.merged_into_id, joined.state, joined.outcome) == (case.pk, "joined", "joined")
    assert fresh(case).closed_at is None
    last = again.timeline.last()
    assert last is not None
    assert (last.move, last.actor_id, last.public) == ("join", town.clerk.user_id, True)
    mark = TimelineEntry.objects.get(case=case, sort="gathered")
    assert not mark.public
    assert AuditEntry.objects.filter(action="cases.joined-case", subject=f"case:{again.reference}").count() == 1
    assert timeline.verify_case(fresh(again)) == timeline.verify_case(fresh(case)) == []


def test_its_resident_hears_of_every_step_of_the_first(
    town: Town, joined: Case, case: Case, run_jobs: Callable[[], int]
):
    run_jobs()
    OutboxMessage.objects.all().delete()
    actions.move(by=town.named("clerk"), case=case, move="accept")
    run_jobs()
    texts = [text for text in OutboxMessage.objects.values_list("text", flat=True) if joined.reference in text]
    assert len(texts) == 1
    assert "The head of the office decides." in texts[0]
    assert case.reference not in texts[0]
    assert fresh(joined).public_state == "disposition"


def test_joined_cases_are_heard_of_until_the_first_ends(town: Town, joined: Case, case: Case):
    mine = queries.my_cases(town.named("resident"))
    assert joined in mine.filter(queries.STILL_OPEN)
    actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "No."})
    assert joined not in mine.filter(queries.STILL_OPEN)


def test_who_followed_the_later_one_follows_the_first(town: Town, permit: ServiceVersion, joined: Case, case: Case):
    with current_time.freeze(current_time.now() - timedelta(days=1)):
        earliest = opened(town.named("resident"), permit, town.resident)
    actions.merge(by=town.named("clerk"), case=case, other=earliest)
    assert fresh(joined).merged_into_id == fresh(case).merged_into_id == earliest.pk
    assert timeline.verify_case(fresh(joined)) == []


def test_when_the_first_goes_away_the_next_goes_on(
    town: Town, permit: ServiceVersion, joined: Case, case: Case, run_jobs: Callable[[], int]
):
    third = opened(town.named("resident"), permit, town.resident)
    actions.merge(by=town.named("clerk"), case=third, other=case)
    actions.withdraw(by=town.named("resident"), case=case)
    run_jobs()
    assert (fresh(joined).merged_into_id, fresh(joined).state) == (None, "check")
    assert fresh(third).merged_into_id == joined.pk
    assert timeline.verify_case(fresh(joined)) == timeline.verify_case(fresh(third)) == []


def test_a_mistake_is_undone_and_not_asked_again(town: Town, joined: Case, case: Case):
    back = actions.unmerge(by=town.named("head"), case=joined)
    assert (back.merged_into_id, back.state, back.closed_at) == (None, "check", None)
    assert queries.duplicate_candidates(town.named("clerk"), case) == []
    with pytest.raises(ActionRefused):
        actions.unmerge(by=town.named("head"), case=back)


def test_unjoined_its_state_and_clock_come_back(town: Town, permit: ServiceVersion):
    start = current_time.now() - timedelta(days=8)
    clerk = town.named("clerk")
    with current_time.freeze(start):
        first = opened(town.named("neighbour"), permit, town.neighbour)
    with current_time.freeze(start + timedelta(hours=1)):
        later = opened(town.named("resident"), permit, town.resident)
        later = actions.move(by=clerk, case=later, move="accept")
    before = (later.state, later.due_at)
    with current_time.freeze(start + timedelta(days=1)):
        actions.merge(by=town.named("head"), case=later, other=first)
    back = actions.unmerge(by=town.named("head"), case=fresh(later))
    assert (back.state, back.due_at) == before
    assert timeline.verify_case(back) == []
    with pytest.raises(IntegrityError, match="earlier case"), transaction.atomic():
        Case.objects.filter(pk=first.pk).update(merged_into=later, state="joined", outcome="joined", closed_at=start)
    Case.objects.filter(pk=later.pk).update(state="joined", merged_into=first, outcome="joined", closed_at=start)
    with pytest.raises(IntegrityError, match="no edge"), transaction.atomic():
        Case.objects.filter(pk=later.pk).update(state="granted", merged_into=None, outcome="granted")


def test_what_is_kept_apart_is_not_asked_again(town: Town, case: Case, again: Case):
    for _time in range(2):
        actions.mark_not_duplicate(by=town.named("clerk"), case=again, other=case)
    assert (
        queries.duplicate_candidates(town.named("clerk"), case)
        == queries.duplicate_candidates(town.named("clerk"), again)
        == []
    )
    assert AuditEntry.objects.filter(action="cases.kept-apart").count() == NotDuplicate.objects.count() == 1


def test_only_those_who_may_and_not_in_their_own_matter(town: Town, case: Case, again: Case, permit: ServiceVersion):
    field = acting(employed("+6281200000033", "Petugas Lapangan", town.registry, "field"))
    elsewhere = acting(employed("+6281200000034", "Kepala Jalan", town.roads, "head"))
    for by in (field, elsewhere, town.named("resident")):
        for operation in (actions.merge, actions.mark_not_duplicate):
            with pytest.raises(NotAllowed):
                operation(by=by, case=case, other=again)
    with pytest.raises(NotAllowed):
        actions.release_duplicates(by=town.named("head"), case=case)


def test_what_cannot_be_joined(town: Town, case: Case, again: Case):
    clerk = town.named("clerk")
    other = opened(town.named("resident"), offer("other-permit", PERMIT), town.resident)
    states = {name: state for name, state in STATES.items() if name != "joined"}
    without = offer("stall-permit", PERMIT, Flow.model_validate({"start": "check", "states": states}), number=2)
    old = opened(town.named("resident"), without, town.resident)
    for one, two in ((case, case), (case, other), (case, old)):
        with pytest.raises(ActionRefused):
            actions.merge(by=clerk, case=one, other=two)
    actions.withdraw(by=town.named("resident"), case=again)
    with pytest.raises(ActionRefused):
        actions.merge(by=clerk, case=case, other=again)
    with pytest.raises(ActionRefused):
        actions.release_duplicates(by=system("tests"), case=case)


@pytest.mark.parametrize("to", ["itself", "joined one", "another service", "nothing"])
def test_the_database_keeps_followers_one_step_from_their_leader(
    town: Town, permit: ServiceVersion, joined: Case, case: Case, to: str
):
    third = opened(town.named("resident"), permit, town.resident)
    other = opened(town.named("resident"), offer("other-permit", PERMIT), town.resident)
    leaders = {"itself": joined.pk, "joined one": joined.pk, "another service": other.pk, "nothing": None}
    who = third if to == "joined one" else joined
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=who.pk).update(merged_into=leaders[to])


def test_the_database_keeps_what_was_kept_apart(town: Town, case: Case, again: Case):
    actions.mark_not_duplicate(by=town.named("clerk"), case=again, other=case)
    for wrong in (
        lambda: NotDuplicate.objects.all().delete(),
        lambda: NotDuplicate.objects.create(first=again, later=case),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
