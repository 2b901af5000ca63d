"""Merge and unmerge of persons: nothing is lost, doubled, or moved to somebody else."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kini.core.actors import ActionRefused, NotAllowed
from kini.core.models import AuditEntry
from kini.people import actions, queries
from kini.people.actions import Details, NewIdentifier
from kini.people.models import AccessLog, Assurance, Person, PersonIdentifier, PersonMerge, Resident
from kini.people.persons import person_references
from kini.people.persons.models import MovedReference
from kini.people.persons.person_details import PersonDetails, details_of
from kini.people.persons.person_references import OnMerge
from kini.people.rules import NationalId
from tests.people.conftest import BY, NIK, OTHER_NIK, acting
from tests.people.visits import REFUSAL, Visit, visits

pytestmark = pytest.mark.django_db
INSERT = "INSERT INTO people_personmerge (survivor_id, absorbed_id, reason, undone_because) VALUES"
WHY = "Orang yang sama, dibandingkan dengan kartu"


@pytest.fixture
def table() -> Iterator[None]:
    with visits():
        yield


def record(name: str = "Tanpa Akun", *identifiers: NewIdentifier) -> Person:
    return actions.record_person(by=BY, details=PersonDetails(name), source="tests.visit", identifiers=identifiers)


def merge(first: Person, second: Person) -> PersonMerge:
    return actions.merge_persons(by=BY, first=first, second=second, reason=WHY)


def unmerge(made: PersonMerge) -> PersonMerge:
    return actions.unmerge_person(by=BY, merge=made, reason=WHY)


def days_of(person: Person) -> list[int]:
    return sorted(Visit.objects.filter(person_id=person.pk).values_list("day", flat=True))


def visit(person: Person, *days: int) -> None:
    for day in days:
        Visit.objects.create(person_id=person.pk, day=day)


def test_what_one_has_the_survivor_has_and_gives_back(table):
    one, other = record("Satu"), record("Dua", NewIdentifier("passport", "B 1234567"))
    visit(one, 1)
    visit(other, 2, 3)
    made = merge(other, one)
    assert (made.survivor_id, made.absorbed_id) == (one.pk, other.pk)
    assert (days_of(one), days_of(other)) == ([1, 2, 3], [])
    assert queries.person_by_identifier("passport", "B1234567") == one
    assert queries.root_of(other) == one
    assert queries.person_tree(other.pk) == [one.pk, other.pk]
    unmerge(made)
    assert (days_of(one), days_of(other)) == ([1], [2, 3])
    assert queries.person_by_identifier("passport", "B1234567") == other
    assert not MovedReference.objects.exists()
    assert [details_of(each).name for each in (one, other)] == ["Satu", "Dua"]


def test_what_came_after_stays_unless_it_was_recorded_for_the_absorbed(table):
    one, other = record(), record()
    made = merge(one, other)
    visit(one, 1)
    visit(other, 2)  # from a page that was open before
    assert (days_of(one), days_of(other)) == ([1, 2], [])
    unmerge(made)
    assert (days_of(one), days_of(other)) == ([1], [2])


def test_a_room_says_which_later_rows_leave():
    with visits(separate=lambda made: Q(day__gte=100)):
        one, other = record(), record()
        made = merge(one, other)
        visit(one, 5, 100)
        unmerge(made)
        assert (days_of(one), days_of(other)) == ([5], [100])


def test_the_first_of_two_merges_is_undone(table):
    first, second, third = record(), record(), record()
    for number, each in enumerate((first, second, third), 1):
        visit(each, number)
    earlier = merge(second, third)
    merge(first, second)
    assert days_of(first) == [1, 2, 3]
    unmerge(earlier)
    assert [days_of(each) for each in (first, second, third)] == [[1, 2], [], [3]]
    assert queries.root_of(third) == third


def test_a_row_given_to_somebody_else_does_not_come_back(table):
    one, other, third = record(), record(), record()
    visit(other, 1)
    made = merge(one, other)
    Visit.objects.filter(day=1).update(person_id=third.pk)
    assert not MovedReference.objects.filter(table="test_visit").exists()
    unmerge(made)
    assert days_of(third) == [1]


def test_a_deleted_row_is_forgotten(table):
    one, other = record(), record()
    visit(other, 1)
    merge(one, other)
    Visit.objects.all().delete()
    assert not MovedReference.objects.filter(table="test_visit").exists()


def test_rows_that_one_person_cannot_have_stop_a_merge_and_nothing_has_moved(table):
    one, other = record(), record("Dua", NewIdentifier("passport", "B1234567"))
    visit(one, 1)
    visit(other, 1, 2)
    with pytest.raises(ActionRefused, match=REFUSAL):
        merge(one, other)
    assert (days_of(one), days_of(other)) == ([1], [1, 2])
    assert queries.person_by_identifier("passport", "B1234567") == other
    assert not PersonMerge.objects.exists()


def test_or_they_stay_with_the_absorbed_person():
    with visits(OnMerge.MOVE_OR_STAY):
        one, other = record(), record()
        visit(one, 1)
        visit(other, 1, 2)
        made = merge(one, other)
        assert (days_of(one), days_of(other)) == ([1, 2], [1])
        unmerge(made)
        assert (days_of(one), days_of(other)) == ([1], [1, 2])


def test_what_stands_in_the_way_of_going_back_is_said():
    with visits(OnMerge.MOVE_OR_STAY):
        one, other = record(), record()
        visit(one, 1)
        visit(other, 1)
        made = merge(one, other)
        Visit.objects.filter(person_id=one.pk).delete()
        visit(other, 1)  # goes to the survivor; the first one stayed
        with pytest.raises(ActionRefused, match="stands in the way"):
            unmerge(made)
        made.refresh_from_db()
        assert made.undone_at is None


def test_refusals(table):
    one, other = record(), record()
    with pytest.raises(ActionRefused, match="one person already"):
        merge(one, one)
    made = merge(one, other)
    for pair in ((one, other), (other, one)):
        with pytest.raises(ActionRefused, match="one person already"):
            merge(*pair)
    unmerge(made)
    with pytest.raises(ActionRefused, match="undone before"):
        unmerge(made)
    with pytest.raises(ActionRefused, match="Write why"):
        actions.merge_persons(by=BY, first=one, second=other, reason="")


def test_two_national_numbers_are_two_persons_however_they_are_kept(resident):
    one, other = (
        record("Satu", NewIdentifier("national-id", NIK)),
        record("Dua", NewIdentifier("national-id", OTHER_NIK)),
    )
    with pytest.raises(ActionRefused, match="different numbers"):
        merge(one, other)
    actions.save_profile(by=BY, resident=resident, details=Details("Warga", NationalId(OTHER_NIK)))
    proved(resident)
    with pytest.raises(ActionRefused, match="different numbers"):
        merge(one, resident.person)
    assert merge(other, resident.person).survivor == resident.person


def proved(resident: Resident) -> Resident:
    from kini.people.assurance import Proof, change_level

    resident.refresh_from_db()
    with transaction.atomic():
        change_level(BY, resident, Assurance.REGISTER, Proof("register", register="tests"))
    return resident


def test_the_account_is_kept_and_reads_what_was_merged(officer, resident, signed_in, table):
    manager(officer)
    actions.save_profile(by=BY, resident=resident, details=Details("Warga", NationalId(NIK)))
    older = record("Warga C.")
    visit(older, 7)
    with pytest.raises(ActionRefused, match="Nobody has proved"):
        actions.merge_persons(by=acting(officer), first=older, second=resident.person, reason=WHY)
    proved(resident)
    made = actions.merge_persons(by=acting(officer), first=older, second=resident.person, reason=WHY)
    assert made.survivor == resident.person
    assert days_of(resident.person) == [7]
    assert AccessLog.objects.filter(reference=f"person:{older.pk}").exists()
    page = signed_in.get("/me/access-log/").text
    assert page.count("Dua catatan yang mungkin keduanya milik Anda dibandingkan") == 2
    assert AuditEntry.objects.filter(action="people.persons-merged", actor_id=officer.user_id).exists()


def manager(officer) -> None:
    actions.grant_role(by=BY, officer=officer, role="records")


def test_permissions(officer, resident, table):
    one, other = record(), record()
    for who in (resident, officer):
        with pytest.raises(NotAllowed):
            actions.merge_persons(by=acting(who), first=one, second=other, reason=WHY)
        with pytest.raises(NotAllowed):
            actions.record_person(by=acting(who), details=PersonDetails("X"), source="tests.visit")
    manager(officer)
    made = actions.merge_persons(by=acting(officer), first=one, second=other, reason=WHY)
    with pytest.raises(NotAllowed):
        actions.unmerge_person(by=acting(resident), merge=made, reason=WHY)
    own = Resident.objects.get(user=officer.user)
    with pytest.raises(NotAllowed, match="your own record"):
        actions.merge_persons(by=acting(officer), first=record(), second=own.person, reason=WHY)


def test_two_profiles_are_joined_at_a_counter_only(resident):
    helped = Resident.objects.create(name="Di loket")
    with pytest.raises(ActionRefused, match="at a counter"):
        merge(resident.person, helped.person)


def test_profiles_joined_at_a_counter_are_one_person(officer, resident):
    at_counter = actions.find_or_create_resident(
        by=acting(officer), details=Details("Siti", NationalId(NIK)), reason=WHY
    )
    actions.merge_into_account(by=acting(officer), resident=at_counter, user=resident.user, reason=WHY)
    made = PersonMerge.objects.get()
    assert (made.survivor, made.absorbed) == (at_counter.person, resident.person)
    with pytest.raises(ActionRefused, match="joined at a counter"):
        unmerge(made)


def test_a_foreign_key_that_is_not_registered_stops_every_merge(monkeypatch):
    del person_references.person_references._items["people_personidentifier.person_id"]
    try:
        with pytest.raises(person_references.UnregisteredReference, match="people_personidentifier"):
            merge(record(), record())
    finally:
        person_references.register_reference(
            person_references.PersonReference(PersonIdentifier, refusal="Two numbers.")
        )


@pytest.mark.parametrize(
    "statement",
    [
        f"{INSERT} (%(b)s, %(c)s, '1', '')",
        f"{INSERT} (%(c)s, %(b)s, '1', '')",
        f"{INSERT} (%(a)s, %(a)s, '1', '')",
        "UPDATE people_personmerge SET survivor_id = %(c)s",
        "UPDATE people_personmerge SET undone_at = now()",
        "UPDATE people_resident SET person_id = %(c)s",
        "UPDATE people_person SET name = '1' WHERE id IN (SELECT person_id FROM people_resident)",
        "INSERT INTO people_resident (person_id, name, sex, phone, email, address, created_at, updated_at) "
        "VALUES (%(c)s, '', '', '', '', '', now(), now())",
    ],
)
def test_the_database_holds_it(statement, resident):
    ids = {name: record(name).pk for name in "abc"}
    merge(Person.objects.get(pk=ids["a"]), Person.objects.get(pk=ids["b"]))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, ids)


def test_a_merge_that_was_undone_is_final():
    one, other = record(), record()
    made = unmerge(merge(one, other))
    merge(one, other)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE people_personmerge SET undone_at = NULL, undone_because = '' WHERE id = %s", [made.pk])


# Random sequences: the model knows for whom each visit was recorded, and the merges in force.

STEP = st.one_of(
    st.tuples(st.just("visit"), st.integers(0, 4)),
    st.tuples(st.just("merge"), st.integers(0, 4), st.integers(0, 4)),
    st.tuples(st.just("unmerge"), st.integers(0, 9)),
    st.tuples(st.just("give"), st.integers(0, 9), st.integers(0, 4)),
    st.tuples(st.just("delete"), st.integers(0, 9)),
)


@dataclass
class Model:
    """Visits by id with the person for whom each was recorded; merges in force as (absorbed, survivor)."""

    recorded: dict[int, int] = field(default_factory=dict)
    parent: dict[int, tuple[int, PersonMerge]] = field(default_factory=dict)

    def root(self, person: int) -> int:
        return self.root(self.parent[person][0]) if person in self.parent else person


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=25))
def test_whatever_happens_every_row_is_with_the_one_for_whom_it_was_recorded(table, steps):
    with transaction.atomic():
        _play(steps)
        transaction.set_rollback(True)


def _play(steps: list[tuple]) -> None:
    persons = [record(f"Orang {n}", NewIdentifier("passport", f"C00000{n}")) for n in range(5)]
    model, number = Model(), 0
    for step, *values in steps:
        match step, values:
            case "visit", [who]:
                number += 1
                row = Visit.objects.create(person_id=persons[who].pk, day=number)
                model.recorded[row.pk] = persons[who].pk
            case "merge", [one, other]:
                roots = model.root(persons[one].pk), model.root(persons[other].pk)
                if roots[0] == roots[1]:
                    with pytest.raises(ActionRefused), transaction.atomic():
                        merge(persons[one], persons[other])
                else:
                    made = merge(persons[one], persons[other])
                    assert {made.survivor_id, made.absorbed_id} == {*roots}
                    model.parent[made.absorbed_id] = made.survivor_id, made
            case "unmerge", [which] if model.parent:
                absorbed = sorted(model.parent)[which % len(model.parent)]
                unmerge(model.parent.pop(absorbed)[1])
            case "give", [which, who] if model.recorded:
                row = sorted(model.recorded)[which % len(model.recorded)]
                target = persons[who].pk
                Visit.objects.filter(pk=row).update(person_id=target)
                if target != model.root(model.recorded[row]):
                    model.recorded[row] = target
            case "delete", [which] if model.recorded:
                row = sorted(model.recorded)[which % len(model.recorded)]
                Visit.objects.filter(pk=row).delete()
                del model.recorded[row]
        _check(persons, model)
    for absorbed in [*model.parent]:
        unmerge(model.parent.pop(absorbed)[1])
    _check(persons, model)
    assert not MovedReference.objects.exists()


def _check(persons: list[Person], model: Model) -> None:
    stored = dict(Visit.objects.values_list("pk", "person_id"))
    assert stored == {row: model.root(person) for row, person in model.recorded.items()}
    for number, person in enumerate(persons):
        holder = PersonIdentifier.objects.get(value=f"C00000{number}")
        assert holder.person_id == model.root(person.pk)
        assert holder.ended_at is None
