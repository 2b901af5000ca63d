"""Ratings by residents: once per ending, by the case's resident only."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from kini.cases import actions, queries
from kini.cases.models import Case, Rating
from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry
from tests.cases.town import Town


def decided(town: Town, case: Case) -> Case:
    return actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "The pier is full."})


def refused_by_database(sql: str, *values: object) -> str:
    with connection.cursor() as cursor, pytest.raises(IntegrityError) as refusal, transaction.atomic():
        cursor.execute(sql, values)
    return str(refusal.value)


def test_a_decided_case_is_rated_once(town: Town, case: Case):
    case = decided(town, case)
    assert queries.can_be_rated(case)
    actions.rate_case(by=town.named("resident"), case=case, score=2, text=" Slow. ")
    again = actions.rate_case(by=town.named("resident"), case=case, score=5)
    assert (again.score, again.text, again.word) == (2, "Slow.", "Bad")
    assert not queries.can_be_rated(case)
    assert AuditEntry.objects.filter(action="cases.rated").count() == 1


def test_a_case_that_ends_again_is_rated_again(town: Town, case: Case):
    case = decided(town, case)
    actions.rate_case(by=town.named("resident"), case=case, score=1)
    case = actions.move(by=town.named("resident"), case=case, move="object", values={"message": "It is not full."})
    assert queries.current_rating(case) is None
    with pytest.raises(ActionRefused, match="once it has been decided"):
        actions.rate_case(by=town.named("resident"), case=case, score=1)
    case = actions.move(by=town.named("clerk"), case=case, move="accept")
    case = actions.move(by=town.named("head"), case=case, move="approve")
    actions.rate_case(by=town.named("resident"), case=case, score=5)
    assert list(case.ratings.order_by("at").values_list("score", flat=True)) == [1, 5]


def test_only_its_resident_rates_it(town: Town, case: Case):
    case = decided(town, case)
    for who in ("neighbour", "clerk", "head"):
        with pytest.raises(NotAllowed):
            actions.rate_case(by=town.named(who), case=case, score=5)


def test_what_was_withdrawn_is_not_rated_and_there_are_five_marks(town: Town, case: Case):
    with pytest.raises(ActionRefused, match="five ratings"):
        actions.rate_case(by=town.named("resident"), case=decided(town, case), score=6)


def test_a_withdrawn_case_says_nothing_about_the_city(town: Town, case: Case):
    case = actions.withdraw(by=town.named("resident"), case=case)
    with pytest.raises(ActionRefused, match="once it has been decided"):
        actions.rate_case(by=town.named("resident"), case=case, score=3)


INSERT = "INSERT INTO cases_rating (case_id, closed_at, score, text, at) VALUES (%s, %s, %s, '', now())"


def test_the_database_keeps_ratings_to_ends_and_marks(town: Town, case: Case):
    assert "has not ended" in refused_by_database(INSERT, case.pk, timezone.now(), 3)
    case = decided(town, case)
    assert "cases_rating_score" in refused_by_database(INSERT, case.pk, case.closed_at, 0)
    actions.rate_case(by=town.named("resident"), case=case, score=3)
    assert "cases_rating_once" in refused_by_database(INSERT, case.pk, case.closed_at, 3)


@pytest.mark.parametrize("sql", ["UPDATE cases_rating SET score = 5", "DELETE FROM cases_rating"])
def test_what_was_said_stays_said(town: Town, case: Case, sql: str):
    actions.rate_case(by=town.named("resident"), case=decided(town, case), score=1)
    assert "append-only" in refused_by_database(sql)
    assert Rating.objects.get().score == 1
