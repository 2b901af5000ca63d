"""Merge and unmerge of case records and of persons who have them: nothing is lost, doubled or blocked.

Known failures elsewhere (SORMAS): two records of one person could not be merged because both had a case (8333); a merge
lost or doubled what hung on the records (7452, 9016); what was recorded for the absorbed one later was lost (8498).
"""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kini.core.actors import ActionRefused, NotAllowed
from kini.epidemic.case_records import actions, case_references, queries
from kini.epidemic.case_records.actions import NewExposure
from kini.epidemic.models import CaseExposure, CaseMerge, CaseRecord, HospitalStay, LabTest
from kini.people import actions as people_actions
from kini.people.actions import NewIdentifier
from kini.people.models import Person
from tests.epidemic.records_town import BY, WHY, Corner, day

pytestmark = pytest.mark.django_db
#: What a change itself raises.
OWN = {"version", "updated_at", "classified_at"}


@pytest.fixture
def persons(corner: Corner) -> tuple[Person, Person]:
    return corner.person("Siti Nurhayati"), corner.person("Siti Nur Hayati", NewIdentifier("passport", "B 1234567"))


@pytest.fixture
def pair(corner: Corner, persons: tuple[Person, Person]) -> tuple[CaseRecord, CaseRecord]:
    """Two records of one illness, of two records of a person; both lie in a ward."""
    one = corner.case(persons[0], reported_on=day(4), onset_on=None)
    other = corner.case(
        persons[1], reported_on=day(2), symptoms=["cough", "headache"], exposures=[NewExposure("contact")], note="RS"
    )
    corner.test(one, "negative", number="L-1")
    corner.test(other, "positive", number="L-2")
    for case in (one, other):
        actions.record_stay(by=BY, case=case, ward="isolation", admitted_on=day(1), facility=corner.units["hospital"])
    actions.record_outcome(by=BY, case=other, outcome="recovered", on=day(0))
    return one, other


def content(model: Any) -> dict[int, dict[str, Any]]:
    return {row.pop("id"): {k: v for k, v in row.items() if k not in OWN} for row in model.objects.values()}


def everything() -> list[dict[int, dict[str, Any]]]:
    return [content(model) for model in (CaseRecord, LabTest, HospitalStay, CaseExposure)]


def test_a_merge_of_persons_is_never_refused_because_both_have_the_illness(corner: Corner, pair, persons):
    before = everything()
    merge = people_actions.merge_persons(by=BY, first=persons[0], second=persons[1], reason=WHY)
    assert set(CaseRecord.objects.values_list("person_id", flat=True)) == {persons[0].pk}
    assert LabTest.objects.filter(person=persons[0]).count() == 2
    people_actions.unmerge_person(by=BY, merge=merge, reason=WHY)
    assert everything() == before


def test_a_merge_of_records_takes_everything_along_and_gives_it_back(corner: Corner, pair, persons):
    one, other = pair
    before = everything()
    merge = actions.merge_cases(by=BY, first=other, second=one, reason=WHY)
    one.refresh_from_db()
    assert list(queries.standing()) == [one]
    assert (one.classification, one.outcome, one.onset_on) == ("confirmed", "recovered", day(5))
    assert one.symptoms == ["cough", "fever", "headache"]
    assert (one.lab_tests.count(), one.exposures.count()) == (2, 1)
    # Only one stay can be open; the other one stays with its record.
    assert (one.stays.count(), HospitalStay.objects.count()) == (1, 2)
    actions.unmerge_case(by=BY, merge=merge, reason=WHY)
    person_merge = persons[1].merges.get()
    people_actions.unmerge_person(by=BY, merge=person_merge, reason=WHY)
    assert everything() == before


def test_separated_persons_get_their_records_back_whole(corner: Corner, pair, persons, run_jobs):
    before = everything()
    actions.merge_cases(by=BY, first=pair[0], second=pair[1], reason=WHY)
    people_actions.unmerge_person(by=BY, merge=persons[1].merges.get(), reason=WHY)
    run_jobs()
    assert everything() == before
    assert CaseMerge.objects.get().undone_because


def test_what_is_recorded_after_a_merge_stays_with_whom_it_was_recorded_for(corner: Corner, pair, persons, run_jobs):
    one, other = pair
    actions.merge_cases(by=BY, first=one, second=other, reason=WHY)
    late = corner.test(None, "positive", person=persons[1], number="L-3")
    assert (late.case, late.person_id) == (one, persons[0].pk)
    actions.correct_case(
        by=BY,
        case=one,
        correction=actions.CaseCorrection(area=one.area, onset_on=day(6), symptoms=["fever"], note="Baru"),
        version=CaseRecord.objects.get(pk=one.pk).version,
    )
    people_actions.unmerge_person(by=BY, merge=persons[1].merges.get(), reason=WHY)
    run_jobs()
    late.refresh_from_db()
    one.refresh_from_db()
    assert (one.onset_on, one.symptoms, one.outcome) == (day(6), ["fever"], "")
    assert late.person_id == persons[1].pk
    assert late.case_id == other.pk


def test_a_result_of_an_absorbed_record_is_added_to_the_survivor(corner: Corner, pair):
    one, other = pair
    actions.merge_cases(by=BY, first=one, second=other, reason=WHY)
    assert corner.test(None, "negative", person=other.person, number="L-2").case == one
    other.refresh_from_db()
    with pytest.raises(ActionRefused, match="merged into another"):
        actions.record_outcome(by=BY, case=other, outcome="lost", on=day(0))


def test_merges_that_make_no_sense_are_refused(corner: Corner, pair, persons):
    one, other = pair
    measles = actions.record_case(
        by=BY, case=actions.NewCase("measles", persons[0], facility=corner.units["gambir"], symptoms=["fever"])
    )
    with pytest.raises(ActionRefused, match="different diseases"):
        actions.merge_cases(by=BY, first=one, second=measles, reason=WHY)
    with pytest.raises(ActionRefused, match="two records"):
        actions.merge_cases(by=BY, first=one, second=one, reason=WHY)
    with pytest.raises(NotAllowed):
        actions.merge_cases(by=corner.acting("nurse"), first=one, second=other, reason=WHY)
    merge = actions.merge_cases(by=corner.acting("epidemiologist"), first=one, second=other, reason=WHY)
    with pytest.raises(ActionRefused, match="already"):
        actions.merge_cases(by=BY, first=one, second=other, reason=WHY)
    actions.unmerge_case(by=BY, merge=merge, reason=WHY)
    with pytest.raises(ActionRefused, match="undone before"):
        actions.unmerge_case(by=BY, merge=merge, reason=WHY)


def test_the_database_keeps_merges_whole(corner: Corner, pair):
    one, other = pair
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseRecord.objects.filter(pk=one.pk).update(merged_into=one)
    actions.merge_cases(by=BY, first=one, second=other, reason=WHY)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseMerge.objects.create(survivor=one, absorbed=other, reason=WHY, filled={}, moved={})


def test_every_column_that_refers_to_a_case_is_registered():
    case_references.require_registered()
