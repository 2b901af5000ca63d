"""Persons without a profile and their identifiers."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from kini.core.actors import ActionRefused
from kini.people import actions, queries
from kini.people.actions import Details, NewIdentifier
from kini.people.models import Person, PersonIdentifier
from kini.people.persons.person_details import PersonDetails, details_of
from kini.people.rules import NationalId
from tests.people.conftest import BY, NIK, OTHER_NIK

pytestmark = pytest.mark.django_db
WHY = "Angka terakhir salah dibaca"


def record(*identifiers: NewIdentifier, **details: object) -> Person:
    known = PersonDetails(**{"name": "Tanpa Akun", **details})  # type: ignore[arg-type]
    return actions.record_person(by=BY, details=known, source="tests.visit", identifiers=identifiers)


def test_a_person_is_kept_as_recorded_and_encrypted(areas):
    known = PersonDetails("Siti Rahayu", date(1990, 5, 17), "month", "female", "+6281234567890", "1.1.1")
    person = actions.record_person(by=BY, details=known, source="tests.visit")
    stored = Person.objects.get(pk=person.pk)
    assert details_of(stored) == known
    assert stored.birth_date == date(1990, 5, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_person::text FROM people_person WHERE id = %s", [person.pk])
        row = cursor.fetchone()[0]
    for plain in ("Siti", "1990-05", "81234567890"):
        assert plain not in row
        assert plain.encode().hex() not in row


def test_details_are_replaced_except_those_of_a_profile(resident):
    person = record(phone="+6281234567890")
    actions.edit_person(by=BY, person=person, details=PersonDetails("Nama Baru"))
    assert details_of(Person.objects.get(pk=person.pk)) == PersonDetails("Nama Baru")
    with pytest.raises(ActionRefused, match="has a profile"):
        actions.edit_person(by=BY, person=resident.person, details=PersonDetails("X"))
    assert details_of(resident.person).name == "Warga Contoh"


@pytest.mark.parametrize(
    ("type_", "typed", "stored"),
    [
        ("national-id", "3171 0144 0790 0004", NIK),
        ("passport", "b 123-4567", "B1234567"),
        ("other", " sim  12/34 ", "SIM 12/34"),
    ],
)
def test_a_number_finds_its_person_in_whatever_way_it_was_typed(type_, typed, stored):
    person = record(NewIdentifier(type_, typed))
    assert queries.person_by_identifier(type_, stored) == person
    assert queries.person_by_identifier("temporary", stored) is None


@pytest.mark.parametrize(
    ("type_", "typed"), [("national-id", "317101"), ("passport", "B1"), ("temporary", "T-AAAA-AAAA"), ("other", "")]
)
def test_a_number_that_cannot_be_is_refused_and_nobody_is_recorded(type_, typed):
    with pytest.raises(ActionRefused):
        record(NewIdentifier(type_, typed))
    assert not Person.objects.exists()


def test_a_temporary_identity_is_found_again_also_when_misread():
    person = record()
    issued = actions.issue_temporary_identity(by=BY, person=person, source="tests.visit")
    typed = issued.value.lower().replace("0", "o")
    same = actions.add_identifier(
        by=BY, person=person, identifier=NewIdentifier("temporary", typed), source="tests.visit"
    )
    assert same == issued


def test_a_number_is_in_force_for_one_person_until_it_is_ended():
    first, second = record(NewIdentifier("national-id", NIK)), record()
    number = NewIdentifier("national-id", NIK)
    with pytest.raises(ActionRefused, match="Another record has this number"):
        actions.add_identifier(by=BY, person=second, identifier=number, source="tests.visit")
    other = NewIdentifier("national-id", OTHER_NIK)
    with pytest.raises(ActionRefused, match="another number of this type"):
        actions.add_identifier(by=BY, person=first, identifier=other, source="tests.visit")
    ended = actions.end_identifier(by=BY, identifier=first.identifiers.get(), reason=WHY)
    with pytest.raises(ActionRefused, match="ended already"):
        actions.end_identifier(by=BY, identifier=ended, reason=WHY)
    actions.add_identifier(by=BY, person=second, identifier=number, source="tests.visit")
    assert queries.person_by_identifier("national-id", NIK) == second


def test_the_number_of_a_profile_stands_in_the_profile_and_counts_once_it_is_proved(resident, officer):
    actions.save_profile(by=BY, resident=resident, details=Details("Warga", NationalId(NIK)))
    assert queries.person_by_identifier("national-id", NIK) is None  # anybody can type a number
    with pytest.raises(ActionRefused, match="has a profile"):
        actions.add_identifier(
            by=BY, person=resident.person, identifier=NewIdentifier("national-id", NIK), source="tests.visit"
        )
    recorded = record(NewIdentifier("national-id", NIK))
    assert queries.person_by_identifier("national-id", NIK) == recorded


def test_the_database_holds_one_national_number_and_one_holder():
    person, other = record(NewIdentifier("national-id", NIK)), record()
    row = PersonIdentifier.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonIdentifier.objects.create(person=other, type="national-id", value=NIK, source="tests")
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonIdentifier.objects.create(person=person, type="national-id", value=OTHER_NIK, source="tests")
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonIdentifier.objects.filter(pk=row.pk).update(ended_at="2026-01-01T00:00Z")
