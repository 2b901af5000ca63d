"""Case records: recording, classification with its history, reinfection, stale forms, transfer, outcome."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from kini.core import events
from kini.core.actors import ActionRefused, NotAllowed
from kini.epidemic.case_records import actions, queries
from kini.epidemic.case_records.actions import CaseCorrection, NewExposure, RecordedAlready
from kini.epidemic.case_records.case_change import StaleForm
from kini.epidemic.diseases.schema import Classification
from kini.epidemic.events import CaseClassified, PositiveResult
from kini.epidemic.models import CaseRecord, CaseRevision, ClassificationChange, LabTest
from tests.epidemic.records_town import BY, WHY, Corner, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made: list[Any] = []
    publish: Callable[[events.Event], None] = events.publish
    monkeypatch.setattr(events, "publish", lambda event: (made.append(event), publish(event)))
    return made


def history(case: CaseRecord) -> list[tuple[str, bool]]:
    changes = ClassificationChange.objects.filter(case=case).order_by("pk")
    return [(each.classification, each.rule_since is not None) for each in changes]


def correction(case: CaseRecord, **values: Any) -> CaseCorrection:
    kept = {"area": case.area, "onset_on": case.onset_on, "symptoms": case.symptoms, "note": case.note}
    return CaseCorrection(**(kept | values))


def test_the_rules_of_the_disease_classify_on_every_change(corner: Corner, published):
    case = corner.case()
    assert (case.classification, case.reference[:3], case.agency_id) == ("suspected", "EP-", "dinkes")
    corner.test(case, "negative", number="L-1")
    corner.test(case, "positive", number="L-2", specimen_on=day(1))
    case.refresh_from_db()
    assert (case.classification, case.specimen_on) == ("confirmed", day(1))
    assert history(case) == [("suspected", True), ("discarded", True), ("confirmed", True)]
    assert [each.before for each in published if isinstance(each, CaseClassified)] == ["", "suspected", "discarded"]
    [positive] = [each for each in published if isinstance(each, PositiveResult)]
    assert (positive.case, positive.person) == (case.pk, case.person_id)


def test_somebody_whom_no_definition_fits_is_suspected_by_the_recorder(corner: Corner):
    case = corner.case(symptoms=["nausea"])
    assert history(case) == [("suspected", False)]


def test_a_corrected_result_keeps_the_earlier_one_and_classifies_anew(corner: Corner, published):
    case = corner.case()
    test = corner.test(case, "positive", number="L-1")
    corner.test(case, "negative", number="L-1")
    test.refresh_from_db()
    case.refresh_from_db()
    assert (LabTest.objects.count(), test.result, case.specimen_on) == (1, "negative", None)
    assert [each["result"] for each in test.corrections] == ["positive"]
    assert case.classification == "discarded"
    corner.test(case, "negative", number="L-1")
    test.refresh_from_db()
    assert len(test.corrections) == 1
    assert len([each for each in published if isinstance(each, PositiveResult)]) == 1


def test_an_order_that_arrives_after_its_result_takes_nothing_away(corner: Corner):
    case = corner.case()
    corner.test(case, "positive", number="L-1")
    assert corner.test(case, "", number="L-1").result == "positive"
    withdrawn = corner.test(case, "", number="L-1", withdrawn=True)
    assert (withdrawn.result, [each["result"] for each in withdrawn.corrections]) == ("", ["positive"])


def test_a_decision_by_hand_stands_until_the_facts_lead_elsewhere(corner: Corner):
    case = corner.case()
    with pytest.raises(ActionRefused):
        actions.classify_by_hand(by=BY, case=case, classification=Classification.DISCARDED, reason="x")
    case = actions.classify_by_hand(by=BY, case=case, classification=Classification.DISCARDED, reason=WHY)
    case = actions.correct_case(by=BY, case=case, correction=correction(case, note="Batuk lama"), version=case.version)
    assert case.classification == "discarded"
    corner.test(case, "positive")
    case.refresh_from_db()
    assert history(case) == [("suspected", True), ("discarded", False), ("confirmed", True)]


def test_a_positive_result_of_somebody_unknown_makes_a_case_of_the_health_centre_of_residence(corner: Corner):
    person = corner.person()
    negative = corner.test(None, "negative", person=person, number="L-1", specimen_on=day(9))
    assert negative.case is None
    case = corner.test(None, "positive", person=person, number="L-2").case
    assert case
    assert (case.classification, case.facility, case.area.name) == ("confirmed", corner.units["gambir"], "Gambir")


def test_a_positive_result_long_after_is_a_reinfection(corner: Corner):
    person = corner.person()
    first = corner.case(person, onset_on=day(200), reported_on=day(198))
    corner.test(first, "positive", number="L-1", specimen_on=day(197))
    again = corner.test(None, "positive", person=person, number="L-2").case
    assert again
    assert again != first
    assert (again.episode, queries.case_of(person.pk, "covid-19", day(0))) == (2, again)
    with pytest.raises(RecordedAlready) as refusal:
        corner.case(person)
    assert refusal.value.case == again


def test_the_same_key_of_a_phone_is_stored_once(corner: Corner):
    person = corner.person()
    one = corner.case(person, source_key="phone-1")
    assert corner.case(person, source_key="phone-1") == one
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseRecord.objects.filter(pk=corner.case(source_key="phone-2").pk).update(source_key="phone-1")


def test_a_stale_form_is_refused_with_the_record_as_it_is_now(corner: Corner):
    case = corner.case()
    actions.correct_case(by=BY, case=case, correction=correction(case, symptoms=["fever"]), version=1)
    with pytest.raises(StaleForm) as refusal:
        actions.correct_case(by=BY, case=case, correction=correction(case, note="Sesak"), version=1)
    assert (refusal.value.case.symptoms, refusal.value.case.version) == (["fever"], 2)
    revision = CaseRevision.objects.get(case=case)
    assert (revision.version, revision.before["symptoms"]) == (1, ["cough", "fever"])


def test_exposures_count_for_the_classification_and_make_a_case_an_imported_one(corner: Corner):
    case = corner.case(symptoms=["fever"], exposures=[NewExposure("travel"), NewExposure("contact")])
    assert (case.infected_elsewhere, history(case)) == (True, [("suspected", True)])
    case = actions.correct_case(by=BY, case=case, correction=correction(case, exposures=["contact"]), version=1)
    assert (case.infected_elsewhere, case.exposures.count()) == (False, 1)


def test_stays_follow_each_other_and_a_death_ends_the_last_one(corner: Corner):
    case = corner.case()
    ward = corner.units["hospital"]
    actions.record_stay(by=BY, case=case, ward="isolation", admitted_on=day(4), facility=ward)
    actions.record_stay(by=BY, case=case, ward="icu", admitted_on=day(3), facility=ward)
    case = actions.record_outcome(by=BY, case=case, outcome="died", on=day(1))
    stays = [(each.ward, each.discharged_on) for each in case.stays.order_by("pk")]
    assert stays == [("isolation", day(3)), ("icu", day(1))]
    assert case.died_on == day(1)
    case = actions.record_outcome(by=BY, case=case, outcome="died-otherwise", on=day(1))
    assert case.died_on is None


def test_a_transfer_opens_the_record_to_the_other_facility_and_closes_it_here(corner: Corner):
    case = corner.case()
    nurse, ward_nurse = corner.acting("nurse"), corner.acting("ward-nurse")
    with pytest.raises(NotAllowed):
        actions.record_outcome(by=ward_nurse, case=case, outcome="recovered", on=day(0))
    case = actions.transfer_case(by=nurse, case=case, facility=corner.units["hospital"], reason=WHY)
    actions.record_outcome(by=ward_nurse, case=case, outcome="recovered", on=day(0))
    with pytest.raises(NotAllowed):
        actions.record_outcome(by=nurse, case=case, outcome="", on=None)
    [transfer] = case.transfers.all()
    assert (transfer.sender, transfer.receiver) == (corner.units["gambir"], corner.units["hospital"])


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"symptoms": ["fevr"]}, "fevr"),
        ({"onset_on": day(-1)}, "future"),
        ({"onset_on": day(50000)}, "too early"),
        ({"outcome": "recovered", "outcome_on": day(9)}, "after its outcome"),
        ({"outcome_on": day(0)}, "Choose the outcome"),
        ({"exposures": [NewExposure("moon")]}, "moon"),
    ],
)
def test_impossible_values_are_refused_with_what_to_do(corner: Corner, values, says):
    with pytest.raises(ActionRefused, match=says):
        corner.case(**values)
    assert not CaseRecord.objects.exists()


def test_only_who_works_there_records_for_a_facility(corner: Corner):
    person = corner.person()
    with pytest.raises(NotAllowed):
        corner.case(person, by=corner.acting("tracer"), facility=corner.units["sawah"])
    corner.case(person, by=corner.acting("nurse"))


@pytest.mark.parametrize("table", ["classificationchange", "caserevision", "casetransfer"])
def test_history_is_append_only(corner: Corner, table):
    case = corner.case()
    actions.correct_case(by=BY, case=case, correction=correction(case, note="a"), version=1)
    actions.transfer_case(by=BY, case=case, facility=corner.units["hospital"], reason=WHY)
    for change in (f"UPDATE epidemic_{table} SET at = now()", f"DELETE FROM epidemic_{table}"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
