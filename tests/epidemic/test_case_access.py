"""Access to case records: doors, household, log that the person reads; disputes; copy of one's data; retention."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from kini.core import current_time, retention
from kini.core.actors import ActionRefused, NotAllowed
from kini.epidemic.case_records import actions
from kini.epidemic.case_records.personal_data import _cases, _tests
from kini.epidemic.case_records.record_access import CARE, POLICY
from kini.epidemic.case_records.retention import TERM
from kini.epidemic.models import CaseRecord, ClassificationChange, LabTest
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.public import DataSubject
from kini.records import actions as record_actions
from kini.records.access import officer_access
from kini.records.public import Door, MemberRole, ReadDenied, may_read, require_read, visible
from kini.records.rules import door_to
from tests.cases.town import acting, person, proved
from tests.epidemic.records_town import BY, WHY, Corner, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def resident(corner: Corner) -> Resident:
    return proved(person("+6281234500001", "Warga Contoh", corner.areas["31.71.01.1001"]))


def test_each_door_opens_what_it_should(corner: Corner):
    here = corner.case()
    there = corner.case(facility=corner.units["sawah"], area=corner.areas["31.71.02.1002"])
    doors = {
        name: (may_read(corner.acting(name), here), may_read(corner.acting(name), there)) for name in corner.officers
    }
    assert doors == {
        "nurse": (Door.FACILITY, None),
        "other-nurse": (None, Door.FACILITY),
        "ward-nurse": (None, None),
        "laboratory": (None, None),
        "tracer": (Door.AREA, None),
        "epidemiologist": (Door.AREA, Door.AREA),
    }
    record_actions.add_to_team(
        by=corner.acting("epidemiologist"), officer=corner.officers["ward-nurse"], record=here, role=MemberRole.CARE
    )
    assert may_read(corner.acting("ward-nurse"), here) == Door.TEAM
    record_actions.break_glass(by=corner.acting("nurse"), record=there, reason="danger", note="Pasien pingsan di jalan")
    assert may_read(corner.acting("nurse"), there) == Door.BREAK_GLASS
    with pytest.raises(NotAllowed):
        actions.record_outcome(by=corner.acting("nurse"), case=there, outcome="lost", on=day(0))


def test_the_list_and_the_answer_agree(corner: Corner, resident: Resident):
    cases = [
        corner.case(facility=corner.units[unit], area=corner.areas[area])
        for unit in ("gambir", "sawah", "hospital")
        for area in ("31.71.01.1002", "31.71.02.1002", "31")
    ]
    cases.append(corner.case(resident.person))
    for name in corner.officers:
        by = corner.acting(name)
        access = officer_access(by, POLICY)
        expected = {case.pk for case in cases if door_to(POLICY.facts(case), access, POLICY.doors)}
        assert set(visible(by, CaseRecord).values_list("pk", flat=True)) == expected


def test_a_read_is_in_the_log_of_the_person_before_and_after_there_is_a_profile(corner: Corner, resident: Resident):
    unknown = corner.person("Warga Contoh")
    case = corner.case(unknown)
    nurse = corner.acting("nurse")
    assert require_read(nurse, case, CARE) == Door.FACILITY
    assert not people_queries.access_log_of(resident).exists()
    people_actions.merge_persons(by=BY, first=unknown, second=resident.person, reason=WHY)
    case.refresh_from_db()
    require_read(corner.acting("epidemiologist"), case, CARE)
    log = people_queries.access_log_of(resident).filter(what="case-record")
    assert {entry.officer for entry in log} == {corner.officers["nurse"], corner.officers["epidemiologist"]}
    with pytest.raises(ReadDenied):
        require_read(corner.acting("other-nurse"), case, CARE)


def test_a_record_of_the_own_household_stays_closed(corner: Corner):
    own = people_actions.ensure_resident(by=BY, user=corner.officers["nurse"].user)
    case = corner.case(own.person)
    nurse = corner.acting("nurse")
    assert may_read(nurse, case) is None
    assert not visible(nurse, CaseRecord).exists()
    with pytest.raises(NotAllowed):
        record_actions.break_glass(by=nurse, record=case, reason="danger", note="Pasien pingsan di jalan")


def test_the_person_disputes_and_an_officer_decides_with_an_answer(corner: Corner, resident: Resident):
    case = corner.case(resident.person)
    with pytest.raises(NotAllowed):
        actions.dispute_case(by=acting(resident), case=corner.case(), resident=resident, words="Bukan saya")
    with pytest.raises(ActionRefused):
        actions.dispute_case(by=acting(resident), case=case, resident=resident, words="  ")
    dispute = actions.dispute_case(by=acting(resident), case=case, resident=resident, words="Gejala mulai kemarin")
    with pytest.raises(ActionRefused):
        actions.dispute_case(by=acting(resident), case=case, resident=resident, words="Lagi")
    with pytest.raises(NotAllowed):
        actions.decide_dispute(by=corner.acting("other-nurse"), dispute=dispute, decision="kept", answer=WHY)
    actions.decide_dispute(by=corner.acting("nurse"), dispute=dispute, decision="corrected", answer=WHY)
    with pytest.raises(ActionRefused):
        actions.decide_dispute(by=corner.acting("nurse"), dispute=dispute, decision="kept", answer=WHY)
    actions.dispute_case(by=acting(resident), case=case, resident=resident, words="Masih salah")
    assert case.disputes.count() == 2


def test_the_copy_of_ones_data_has_records_tests_and_disputes(corner: Corner, resident: Resident):
    case = corner.case(resident.person, note="Tinggal sendiri")
    corner.test(case, "positive", number="L-1")
    actions.dispute_case(by=acting(resident), case=case, resident=resident, words="Gejala mulai kemarin")
    assert resident.user
    subject = DataSubject(resident.user, resident)
    assert [row.get("note") for row in _cases(subject)] == ["Tinggal sendiri", "Gejala mulai kemarin / "]
    assert [row["number"] for row in _tests(subject)] == ["L-1"]


def test_records_are_removed_with_their_history_after_their_term_and_not_before(corner: Corner):
    case = corner.case()
    corner.test(case, "positive")
    twin = corner.case()
    actions.merge_cases(by=BY, first=case, second=twin, reason=WHY)
    removal = retention.rules.get("epidemic.cases").removal
    with pytest.raises(DatabaseError, match="25 years"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT epidemic_remove_history(%s)", [[case.pk]])
    assert removal.remove(current_time.now() - TERM) == 0
    CaseRecord.objects.update(updated_at=current_time.now() - TERM - timedelta(days=2))
    assert removal.count(current_time.now() - TERM) == 2
    removal.remove(current_time.now() - TERM)
    assert not any(model.objects.exists() for model in (CaseRecord, LabTest, ClassificationChange))


def test_tests_of_persons_who_were_no_case_go_after_the_same_term(corner: Corner):
    corner.test(None, "negative", person=corner.person())
    removal = retention.rules.get("epidemic.tests").removal
    assert removal.count(current_time.now() - TERM) == 0
    LabTest.objects.update(received_at=current_time.now() - TERM - timedelta(days=2))
    assert removal.remove(current_time.now() - TERM) == 1
