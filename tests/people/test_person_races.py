"""Merges, unmerges and new rows at the same time, each on its own connection."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection

from kini.core.actors import ActionRefused
from kini.people import actions, queries
from kini.people.actions import NewIdentifier
from kini.people.models import Person, PersonIdentifier, PersonMerge
from kini.people.persons.person_details import PersonDetails
from tests.people.conftest import BY
from tests.people.visits import Visit, visits

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "Orang yang sama, dibandingkan dengan kartu"


@pytest.fixture
def table(transactional_db: None) -> Iterator[None]:
    with visits():
        yield


def record(name: str = "Tanpa Akun") -> Person:
    return actions.record_person(by=BY, details=PersonDetails(name), source="tests.visit")


def merge(first: Person, second: Person) -> PersonMerge:
    return actions.merge_persons(by=BY, first=first, second=second, reason=WHY)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Run the functions concurrently, each with its own connection; return their results or exceptions."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return deed()
        except (ActionRefused, IntegrityError) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def refused(results: list[Any]) -> int:
    return sum(isinstance(each, Exception) for each in results)


def test_two_officers_merge_the_same_two(table):
    one, other = record(), record()
    results = at_once(lambda: merge(one, other), lambda: merge(other, one), lambda: merge(one, other))
    assert refused(results) == 2
    assert PersonMerge.objects.count() == 1


def test_merges_in_a_circle_make_one_tree(table):
    persons = [record() for _ in range(4)]
    for each in persons:
        Visit.objects.create(person_id=each.pk, day=each.pk)
    results = at_once(*(lambda a=a, b=b: merge(a, b) for a, b in zip(persons, persons[1:] + persons[:1], strict=True)))
    assert refused(results) == 1
    assert set(Visit.objects.values_list("person_id", flat=True)) == {persons[0].pk}
    assert sorted(queries.person_tree(persons[3].pk)) == [each.pk for each in persons]


def test_rows_recorded_during_a_merge_are_with_the_survivor_and_come_back(table):
    one, other = record(), record()

    def visit(day: int) -> Callable[[], Visit]:
        return lambda: Visit.objects.create(person_id=other.pk, day=day)

    for round_ in range(5):
        results = at_once(*(visit(round_ * 10 + n) for n in range(4)), lambda: merge(one, other))
        assert refused(results) == 0
        assert set(Visit.objects.values_list("person_id", flat=True)) == {one.pk}
        actions.unmerge_person(by=BY, merge=results[-1], reason=WHY)
        assert set(Visit.objects.values_list("person_id", flat=True)) == {other.pk}


def test_an_unmerge_and_a_merge_above_it(table):
    first, second, third = record(), record(), record()
    for each in (first, second, third):
        Visit.objects.create(person_id=each.pk, day=each.pk)
    earlier = merge(second, third)
    results = at_once(
        lambda: actions.unmerge_person(by=BY, merge=earlier, reason=WHY),
        lambda: merge(first, second),
        lambda: actions.unmerge_person(by=BY, merge=earlier, reason=WHY),
    )
    assert refused(results) == 1
    assert dict(Visit.objects.values_list("day", "person_id")) == {
        first.pk: first.pk,
        second.pk: first.pk,
        third.pk: third.pk,
    }


def test_one_number_is_given_to_one_of_two(table):
    one, other = record(), record()

    def give(person: Person) -> Callable[[], Any]:
        new = NewIdentifier("passport", "B1234567")
        return lambda: actions.add_identifier(by=BY, person=person, identifier=new, source="tests.visit")

    results = at_once(give(one), give(other), give(one))
    assert PersonIdentifier.objects.count() == 1
    assert refused(results) in (1, 2)
