"""Memberships on the desk: who manages them where, and what they open."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kini.cases.public import CasePermission
from kini.core import current_time
from kini.core.models import AuditEntry
from kini.records.models import Membership
from kini.records.public import Door, may_read, policies
from kini.web.formats import city_time, today
from tests.cases import town as towns
from tests.cases.town import Town

pytestmark = pytest.mark.django_db
PIER = "/desk/members/facilities/registry-pier/"


@pytest.fixture
def desk(browse, judge):
    return browse(judge)


@pytest.fixture(autouse=True)
def team_door(monkeypatch):
    """Cases open to their team, as health records do."""
    policy = policies.get("case")
    doors = replace(policy.doors, team=CasePermission.SEE_CASES)
    monkeypatch.setattr(policies, "_items", {"case": replace(policy, doors=doors)})


def add(desk, address: str, officer, **values: str):
    return desk.post(address, {"q": officer.name, "officer": officer.pk, "role": "care"} | values)


def test_facilities_with_members_come_first_and_are_found_by_name(desk, town: Town, rescuer):
    Membership.objects.create(officer=rescuer, facility_id="registry-pier", role="care", since=current_time.now())
    ended = {"since": current_time.now() - timedelta(days=2), "until": current_time.now() - timedelta(days=1)}
    Membership.objects.create(officer=town.clerk, facility_id="registry-hill", role="care", **ended)
    page = desk.get("/desk/members/")
    assert [(unit.pk, unit.count) for unit in page.context["page_obj"]] == [
        *(("registry-pier", 1), ("registry-hill", 0), ("registry-whole", 0)),
    ]
    assert [unit.pk for unit in desk.get("/desk/members/?q=HILL").context["page_obj"]] == ["registry-hill"]
    assert "No facility has that name" in desk.get("/desk/members/?q=nowhere").content.decode()


def test_an_officer_becomes_a_member_for_a_time_and_is_removed(desk, town: Town, rescuer, judge):
    assert "Petugas Penyelamat" in desk.get(f"{PIER}?q=penyelamat").content.decode()
    assert add(desk, PIER, rescuer, until=today().isoformat()).status_code == 302
    member = Membership.objects.get()
    assert (member.officer, member.facility_id, member.role) == (rescuer, "registry-pier", "care")
    assert (member.added_by, city_time(member.until).date()) == (judge.user, today() + timedelta(days=1))
    page = desk.get(PIER).content.decode()
    assert "Treats or looks after" in page
    assert add(desk, PIER, rescuer).status_code == 422, "once"
    offered = desk.get(f"{PIER}?q=petugas").context["officers"]
    assert list(offered) == [town.clerk], "no member, and nobody who is gone"
    assert desk.post(f"/desk/members/{member.pk}/end/").status_code == 302
    assert "No members" in desk.get(PIER).content.decode()
    actions = (
        AuditEntry.objects.filter(subject="facility:registry-pier").order_by("pk").values_list("action", flat=True)
    )
    assert list(actions) == ["records.member-added", "records.member-removed"]
    assert "ended already" in desk.post(f"/desk/members/{member.pk}/end/", follow=True).content.decode()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"officer": ""}, "Choose the officer."),
        ({"officer": "99999"}, "Choose the officer."),
        ({"role": "king"}, "Choose what the officer does there."),
        ({"until": "31.12."}, "Write the last day as day, month and year."),
        ({"until": "2020-01-01"}, "The end lies in the past."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(desk, rescuer, values, words):
    answer = desk.post(PIER, {"officer": rescuer.pk, "role": "care", "q": "petugas"} | values)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Membership.objects.exists()


def test_a_team_opens_one_record(desk, town: Town, rescuer, judge, case):
    reader = towns.acting(rescuer)
    assert may_read(reader, case) is None
    address = desk.get(f"/desk/members/?type=case&number={case.reference}").url
    assert address == f"/desk/members/records/case/{case.reference}/"
    assert add(desk, address, rescuer).status_code == 302
    assert may_read(reader, case) is Door.TEAM
    assert "Petugas Penyelamat" in desk.get(address).content.decode()
    ended = desk.post(f"/desk/members/{Membership.objects.get().pk}/end/")
    assert (ended.url, may_read(reader, case)) == (address, None)
    lost = desk.get("/desk/members/records/case/XX-0000-0000/", follow=True).content.decode()
    assert "There is nothing with this number" in lost


def test_only_over_ones_own_agency_and_never_oneself(desk, town: Town, rescuer, judge, browse, case):
    other = browse(rescuer)
    team = f"/desk/members/records/case/{case.reference}/"
    for address in ("/desk/members/", PIER, team):
        assert other.get(address).status_code == 403
    assert desk.get("/desk/members/facilities/roads-pier/").status_code == 403
    assert add(desk, "/desk/members/facilities/roads-pier/", rescuer).status_code == 403
    assert desk.get("/desk/members/facilities/nowhere/").status_code == 404
    assert add(desk, PIER, judge).status_code == 403
    roads = towns.employed("+6281200000073", "Kepala Jalan", town.roads, "judge")
    assert browse(roads).get(team).status_code == 403, "no role opens the record to them"
    stranger = Membership.objects.create(
        officer=rescuer, facility_id="registry-pier", role="care", since=current_time.now()
    )
    assert browse(roads).post(f"/desk/members/{stranger.pk}/end/").status_code == 403
    assert not Membership.objects.filter(until__isnull=False).exists()
