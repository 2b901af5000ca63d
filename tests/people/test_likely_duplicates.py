"""Likely duplicates: found through keys, scored with reasons, out of few statements."""

from datetime import date, timedelta

import pytest

from kini.core import current_time
from kini.core.retention import apply, rules
from kini.people import actions, queries
from kini.people.actions import Details, NewIdentifier
from kini.people.hash_rotation import rotate_hashes
from kini.people.models import Person, Resident
from kini.people.persons import search_keys
from kini.people.persons.person_details import PersonDetails
from kini.people.rules import NationalId
from tests.environment import replace
from tests.people.conftest import BY, NIK, OTHER_NIK

pytestmark = pytest.mark.django_db
BORN = date(1990, 7, 4)
KEY = "a2V5LW5ldy1hYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3g="
WHY = "Orang yang sama, dibandingkan dengan kartu"


def record(name: str, born: date | None = BORN, *identifiers: NewIdentifier, **more: str) -> Person:
    details = PersonDetails(name, born, **more)  # type: ignore[arg-type]
    return actions.record_person(by=BY, details=details, source="tests.visit", identifiers=identifiers)


def likely(person: Person) -> list[tuple[int, tuple[str, ...]]]:
    return [(each.person.pk, each.reasons) for each in queries.likely_duplicates(person)]


def test_another_spelling_on_the_same_day_is_found_first_and_others_are_not():
    own = record("Sitti Nurhajati")
    same, swapped = record("Siti Nurhayati"), record("SITI NURHAYATI", date(1990, 4, 7))
    record("Bayu Permana")
    record("Siti Nurhayati", date(1955, 1, 2))
    assert likely(own) == [
        (same.pk, ("Same name in another spelling", "Same birth date")),
        (swapped.pk, ("Same name in another spelling", "Day and month of birth are swapped")),
    ]


def test_without_a_birth_date_the_area_or_the_phone_leads_there(areas):
    own = record("Slamet Widodo", None, area="1.1.1", phone="+6281200000009")
    near, called = record("Slamet Widodo", BORN, area="1.1.1"), record("S. Widodo", BORN, phone="+6281200000009")
    record("Slamet Widodo", BORN, area="1.1.2")
    assert {pk for pk, _reasons in likely(own)} == {near.pk, called.pk}


def test_a_profile_is_found_by_its_name_number_and_phone(resident):
    actions.save_profile(by=BY, resident=resident, details=Details("Siti Nurhayati", NationalId(NIK, BORN, "female")))
    by_name = record("Siti Nurhajati")
    by_number = record("", None, NewIdentifier("national-id", NIK))
    by_phone = record("St. Nurhayati", None, phone=resident.phone)
    for person in (by_name, by_number, by_phone):
        assert resident.person_id in [pk for pk, _reasons in likely(person)]
    assert likely(by_number)[0][1] == ("Same number: National number",)
    resident.refresh_from_db()
    others = {pk for pk, _reasons in likely(resident.person)}
    assert others == {by_name.pk, by_number.pk, by_phone.pk}


def test_two_national_numbers_are_no_duplicates():
    own = record("Siti Nurhayati", BORN, NewIdentifier("national-id", NIK))
    record("Siti Nurhayati", BORN, NewIdentifier("national-id", OTHER_NIK))
    assert likely(own) == []


def test_every_name_of_a_person_counts_and_a_merged_one_is_no_duplicate_of_itself():
    own, married = record("Dewi Lestari"), record("Dewi Kartika Sari")
    actions.merge_persons(by=BY, first=own, second=married, reason=WHY)
    third = record("Dewi Kartikasari")
    assert [pk for pk, _reasons in likely(third)] == [own.pk]
    assert [pk for pk, _reasons in likely(married)] == [third.pk]


def test_the_number_of_statements_does_not_grow(django_assert_max_num_queries):
    own = record("Siti Nurhayati", BORN, phone="+6281200000009")
    for number in range(40):
        record("Siti Nurhayati", BORN, phone=f"+62812000001{number:02}")
    with django_assert_max_num_queries(14):
        assert len(queries.likely_duplicates(own, most=50)) == 40


def test_a_changed_profile_is_found_by_what_it_says_now(resident):
    actions.save_profile(by=BY, resident=resident, details=Details("Joko Susilo", NationalId(OTHER_NIK, BORN, "male")))
    assert likely(record("Djoko Soesilo"))
    actions.save_profile(by=BY, resident=resident, details=Details("Bambang Irawan"))
    assert resident.person_id not in [pk for pk, _reasons in likely(record("Djoko Soesilo"))]
    assert resident.person_id in [pk for pk, _reasons in likely(record("Bambang Irawan"))]


def test_keys_are_found_under_an_older_key_and_computed_anew(settings, resident):
    other = record("Siti Nurhayati")
    before = Person.objects.get(pk=other.pk).search_keys
    settings.ENV = replace(settings.ENV, hash_key=f"new:{KEY},old:{settings.ENV.hash_key}")
    own = record("Siti Nurhayati")
    assert [pk for pk, _reasons in likely(own)] == [other.pk]
    rotate_hashes(by=BY)
    after = Person.objects.get(pk=other.pk).search_keys
    assert after == Person.objects.get(pk=own.pk).search_keys
    assert set(map(bytes, after)).isdisjoint(map(bytes, before))


def test_batches_reach_everybody(monkeypatch, resident):
    monkeypatch.setattr(search_keys, "BATCH", 2)
    persons = [record(name) for name in ("Agus Wibowo", "Bambang Irawan", "Cahya Putri", "Dewi Sartika", "Eko Saputra")]
    Person.objects.update(search_keys=[])
    assert search_keys.refresh_all() == 6
    assert likely(persons[0]) == []
    assert search_keys.refresh_all() == 0


def test_who_is_not_needed_goes_after_a_year_and_a_profile_stays(resident, monkeypatch):
    kept, gone = record("Masih Baru"), record("Sudah Lama", BORN, NewIdentifier("passport", "B1234567"))
    into = record("Digabung")
    actions.merge_persons(by=BY, first=gone, second=into, reason=WHY)
    long_ago = current_time.now() - timedelta(days=800)
    Person.objects.exclude(pk=kept.pk).update(updated_at=long_ago)
    rule = rules.get("people.persons")
    apply(rule)
    apply(rule)
    assert set(Person.objects.values_list("pk", flat=True)) == {
        kept.pk,
        *Resident.objects.values_list("person_id", flat=True),
    }
