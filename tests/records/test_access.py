"""Access to single records: the filter and the answer agree, reads are logged, a denial says what to do."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kini.cases.models import Case
from kini.cases.permissions import CasePermission
from kini.city.models import Unit
from kini.core import current_time
from kini.core.actors import ActionRefused, Actor, ActorKind, NotAllowed, system
from kini.core.grants import Grant
from kini.people.access_purposes import CASEWORK
from kini.people.models import AccessLog, Officer, Resident
from kini.people.public import PeoplePermission
from kini.records import actions, queries
from kini.records.access import (
    ReadDenied,
    may_read,
    officer_access,
    readable,
    require_read,
    visible,
    visible_q,
)
from kini.records.models import Membership
from kini.records.permissions import MemberRole, RecordPermission
from kini.records.policies import AccessPolicy, policies, policy_of, register_policy
from kini.records.rules import Door, Doors, OfficerAccess, door_to
from tests.cases import town as towns
from tests.cases.town import Town, acting
from tests.snapshots import replay

pytestmark = pytest.mark.django_db
ALL = frozenset(
    {CasePermission.SEE_CASES, CasePermission.ACT, PeoplePermission.SEE_IDENTITY, RecordPermission.BREAK_GLASS}
)
DOORS = Doors(CasePermission.SEE_CASES, CasePermission.ACT, PeoplePermission.SEE_IDENTITY, break_glass=True)


@pytest.fixture
def policy(monkeypatch: pytest.MonkeyPatch) -> AccessPolicy[Case]:
    """A policy for cases with every door, as a health record would have it."""
    made = AccessPolicy(
        "case",
        Case,
        "Case",
        DOORS,
        (CASEWORK,),
        "case",
        facility="unit_id",
        subject="resident_id",
        reference="reference",
    )
    monkeypatch.setattr(policies, "_items", {"case": made})
    return made


@pytest.fixture
def cases(town: Town, case: Case) -> list[Case]:
    """Cases of two agencies, three areas, some units, one or two persons and a guest."""
    return replay("cases", lambda: _make_cases(town, case))


def _make_cases(town: Town, case: Case) -> list[Case]:
    permit = case.version
    made = [case, *(towns.opened(town.named("resident"), permit, town.resident) for _ in range(7))]
    places = [
        ("registry", "1/1.1/1.1.1", "registry-pier", town.resident.pk),
        ("registry", "1/1.1/1.1.2", "registry-hill", town.neighbour.pk),
        ("registry", "1/1.1/1.1.1", None, town.neighbour.pk),
        ("registry", "", "registry-whole", town.resident.pk),
        ("roads", "1/1.1/1.1.1", "roads-pier", town.neighbour.pk),
        ("roads", "1/1.1/1.1.12", None, town.resident.pk),
        ("roads", "1", "roads-whole", None),
        ("roads", "1/1.1", "roads-hill", town.neighbour.pk),
    ]
    for each, (agency, path, unit, person) in zip(made, places, strict=True):
        guest = {"guest_key": "" if person else "secret"}
        Case.objects.filter(pk=each.pk).update(
            agency_id=agency, area_path=path, unit_id=unit, resident_id=person or town.resident.pk, **guest
        )
    return list(Case.objects.order_by("pk"))


grants = st.builds(
    Grant,
    st.just("role"),
    st.frozensets(st.sampled_from(sorted(ALL)), max_size=4),
    st.sampled_from(["registry", "roads", "other"]),
    st.sampled_from(["", "1", "1/1.1", "1/1.1/1.1.1", "1/1.1/1.1.2"]),
    st.frozensets(st.sampled_from(["stall-permit", "ferry"]), max_size=1),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_filter_and_the_answer_agree(cases: list[Case], policy: AccessPolicy[Case], data: st.DataObject) -> None:
    keys = st.frozensets(st.sampled_from([str(case.pk) for case in cases]), max_size=3)
    units = st.frozensets(st.sampled_from([case.unit_id for case in cases if case.unit_id]), max_size=3)
    people = st.frozensets(st.sampled_from([case.resident_id for case in cases]), max_size=1)
    kind = data.draw(st.sampled_from([ActorKind.OFFICER] * 6 + [ActorKind.SYSTEM, ActorKind.RESIDENT]))
    actor = Actor(kind, 1, grants=tuple(data.draw(st.lists(grants, max_size=3))))
    doors = Doors(
        *(data.draw(st.sampled_from([None, each, each])) for each in (DOORS.area, DOORS.facility, DOORS.team)),
        break_glass=data.draw(st.booleans()),
    )
    some = AccessPolicy(
        "case",
        Case,
        "Case",
        doors,
        (CASEWORK,),
        "case",
        facility="unit_id",
        subject="resident_id",
        reference="reference",
    )
    officer = kind is ActorKind.OFFICER
    drawn = (data.draw(units), data.draw(keys), data.draw(keys), data.draw(people)) if officer else ()
    access = OfficerAccess(actor, *drawn)
    listed = set(Case.objects.filter(visible_q(access, some)).values_list("pk", flat=True))
    assert listed == {case.pk for case in cases if door_to(some.facts(case), access, doors)}


def member(town: Town, judge: Officer, officer: Officer, facility: str) -> Membership:
    unit = Unit.objects.select_related("area").get(pk=facility)
    return actions.add_to_facility(by=acting(judge), officer=officer, facility=unit, role=MemberRole.CARE)


def test_a_member_of_the_facility_reads_its_records_for_as_long_as_that_lasts(
    town: Town, cases: list[Case], policy: AccessPolicy[Case], judge: Officer
) -> None:
    nurse = towns.employed("+6281200000073", "Perawat", town.registry, "field", area=town.areas["hill"])
    by, there = acting(nurse), Case.objects.get(unit_id="registry-whole")
    assert may_read(by, there) is None
    joined = member(town, judge, nurse, "registry-whole")
    assert may_read(by, there) is Door.FACILITY
    assert {case.unit_id for case in visible(by, Case)} == {"registry-whole", "registry-hill"}
    assert readable(by, cases, Case) == {
        case.pk: Door.FACILITY if case.unit_id == "registry-whole" else Door.AREA
        for case in cases
        if case.unit_id in ("registry-whole", "registry-hill")
    }
    actions.end_membership(by=acting(judge), membership=joined)
    assert may_read(by, there) is None
    with pytest.raises(ActionRefused, match="ended"):
        actions.end_membership(by=acting(judge), membership=joined)


def test_the_team_of_a_record_reads_it_until_the_end_that_was_set(
    town: Town, cases: list[Case], policy: AccessPolicy[Case], judge: Officer
) -> None:
    record = cases[0]
    adviser = towns.employed("+6281200000074", "Penasihat", town.roads, "counter")
    until = current_time.now() + timedelta(days=2)
    actions.add_to_team(by=acting(judge), officer=adviser, record=record, role=MemberRole.ADVICE, until=until)
    assert may_read(acting(adviser), record) is Door.TEAM
    [membership] = queries.members_of(record)
    assert membership.officer == adviser
    for officer in (adviser, towns.employed("+6281200000080", "Kepala Jalan", town.roads, "judge")):
        with pytest.raises(NotAllowed):
            actions.end_membership(by=acting(officer), membership=membership)
    with current_time.freeze(until):
        assert may_read(acting(adviser), record) is None
    with pytest.raises(NotAllowed):
        actions.add_to_team(by=acting(adviser), officer=town.clerk, record=record, role=MemberRole.CARE)
    with pytest.raises(ActionRefused, match="past"):
        actions.add_to_team(
            by=acting(judge), officer=town.clerk, record=record, role=MemberRole.CARE, until=current_time.now()
        )


def test_nobody_adds_members_where_they_have_no_say(town: Town, cases: list[Case], judge: Officer) -> None:
    with pytest.raises(NotAllowed):
        member(town, judge, town.clerk, "roads-pier")
    with pytest.raises(NotAllowed, match="add yourself"):
        member(town, judge, judge, "registry-pier")
    member(town, judge, town.clerk, "registry-pier")
    with pytest.raises(ActionRefused, match="already"):
        member(town, judge, town.clerk, "registry-pier")


def test_records_of_the_own_household_stay_closed_through_every_door(
    town: Town, cases: list[Case], policy: AccessPolicy[Case], judge: Officer
) -> None:
    own = Resident.objects.get(user=judge.user) if Resident.objects.filter(user=judge.user).exists() else None
    own = own or towns.people_actions.ensure_resident(by=towns.BY, user=judge.user)
    Case.objects.filter(pk=cases[0].pk).update(resident=own)
    record = Case.objects.get(pk=cases[0].pk)
    assert may_read(acting(judge), record) is None
    assert record not in visible(acting(judge), Case)
    with pytest.raises(ReadDenied, match="your family"):
        require_read(acting(judge), record, CASEWORK)
    with pytest.raises(ActionRefused, match="family"):
        actions.add_to_team(by=system("tests"), officer=judge, record=record, role=MemberRole.CARE)


def test_a_read_is_logged_with_its_purpose(town: Town, case: Case) -> None:
    for _ in range(2):
        assert require_read(acting(town.clerk), case, CASEWORK) is Door.AREA
    entry = AccessLog.objects.get()
    assert (entry.what, entry.purpose, entry.reference) == ("case", CASEWORK, case.reference)
    assert (entry.resident, entry.officer) == (town.resident, town.clerk)
    with pytest.raises(ActionRefused, match="purpose"):
        require_read(acting(town.clerk), case, "curiosity")


def test_a_denial_says_what_to_do_and_logs_nothing(town: Town, case: Case, rescuer: Officer) -> None:
    elsewhere = towns.employed("+6281200000075", "Petugas Jalan", town.roads, "clerk")
    roleless = towns.employed("+6281200000076", "Petugas Baru", town.roads)
    for officer, words in (
        (elsewhere, "Ask its team to add you.$"),
        (rescuer, "under Emergency access.$"),
        (roleless, "manages roles"),
        (town.neighbour, "under Me"),
    ):
        with pytest.raises(ReadDenied, match=words):
            require_read(acting(officer), case, CASEWORK)
    assert not AccessLog.objects.exists()


def test_a_filter_needs_three_queries_and_no_subquery(
    town: Town, cases: list[Case], policy: AccessPolicy[Case], judge: Officer, django_assert_num_queries: object
) -> None:
    member(town, judge, town.clerk, "registry-whole")
    by = acting(town.clerk)
    access = officer_access(by, policy)
    assert "SELECT" not in str(Case.objects.filter(visible_q(access, policy)).only("pk").query).partition("WHERE")[2]
    with django_assert_num_queries(4):  # type: ignore[operator]
        list(visible(by, Case).only("pk"))


def test_every_door_is_served_by_an_index(
    town: Town, cases: list[Case], policy: AccessPolicy[Case], judge: Officer
) -> None:
    member(town, judge, town.clerk, "registry-whole")
    access = officer_access(acting(town.clerk), policy)
    access = replace(access, teams=frozenset({str(cases[0].pk)}))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Case.objects.filter(
            visible_q(access, replace(policy, doors=replace(DOORS, team=DOORS.facility)))
        ).explain()
    assert "BitmapOr" in plan
    assert "Seq Scan" not in plan


def test_a_model_without_policy_is_a_fault_of_the_program(policy: AccessPolicy[Case]) -> None:
    with pytest.raises(LookupError, match="no access policy"):
        policy_of(Resident)
    with pytest.raises(ValueError, match="already"):
        register_policy(policy)


@pytest.fixture
def stored(town: Town, cases: list[Case], judge: Officer) -> Membership:
    return member(town, judge, town.clerk, "registry-pier")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE records_membership SET role = 'lead'",
        "UPDATE records_membership SET facility_id = 'registry-hill'",
        "DELETE FROM records_membership",
        "UPDATE records_membership SET until = since - interval '1 day'",
        "UPDATE records_membership SET ended_by_id = added_by_id",
        "UPDATE records_membership SET record_type = 'case', record_id = '1'",
    ],
)
def test_the_database_lets_a_membership_only_end(stored: Membership, change: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


def test_an_ended_membership_stays_ended(stored: Membership, judge: Officer) -> None:
    actions.end_membership(by=acting(judge), membership=stored)
    for change in ("until = NULL, ended_by_id = NULL", "until = now() + interval '1 day'"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE records_membership SET {change}")  # noqa: S608
