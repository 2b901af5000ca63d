"""Hospital beds: reports by page and API, current counts with their age, the nearest free bed, history, occupancy."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from kini.city import actions as city_actions
from kini.city import queries as city
from kini.city.models import Unit
from kini.core import current_time, preparation, retention
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.core.models import AuditEntry
from kini.epidemic.prevention import actions, beds
from kini.epidemic.prevention.actions import BedCount
from kini.epidemic.prevention.bed_types import BedsFile, beds_file
from kini.epidemic.prevention.models import BedReport
from kini.epidemic.surveillance import indicators
from kini.epidemic.surveillance.areas import areas_of
from kini.epidemic.surveillance.queries import counts
from kini.people import actions as people_actions
from kini.people.models import Officer, RoleGrant, User
from kini.people.queries import officer_actor
from kini.records.models import Membership
from tests.pagechecks import CheckedClient

BY = system("tests")
NOW = datetime.fromisoformat("2026-12-01T10:00:00+07:00")
TARAKAN, PULAU = "rsud-tarakan", "rsud-kepulauan-seribu"


@pytest.fixture(autouse=True)
def jakarta(db: None) -> Iterator[None]:
    """The city's areas, agencies and hospitals, at ten o'clock."""
    city_actions.load_pack_tables(by=BY)
    with current_time.freeze(NOW):
        yield


def hospital(name: str = TARAKAN) -> Unit:
    return next(each for each in city.facilities(beds.HOSPITAL) if each.pk == name)


def report(*counts: BedCount, name: str = TARAKAN, ago: timedelta = timedelta(), by: Any = BY) -> int:
    return actions.report_beds(by=by, facility=hospital(name), counts=counts, counted_at=NOW - ago)


def officer(agency: str = "dinkes", area: str = "", *, member_of: str = "") -> Officer:
    user = User.objects.create_user(email=f"{agency}-{area}-{member_of}@town.example")
    own = Officer.objects.create(user=user, agency_id=agency)
    RoleGrant.objects.create(officer=own, role="hospital-officer", area_id=area or None)
    if member_of:
        Membership.objects.create(officer=own, facility=hospital(member_of), role="care", since=NOW - timedelta(days=1))
    return own


def test_the_newest_count_is_the_current_one_and_old_ones_are_marked() -> None:
    report(BedCount("icu", 10, 4), BedCount("isolation", 20, 0), ago=timedelta(hours=2))
    report(BedCount("icu", 10, 1, queue=2), ago=timedelta(hours=1))
    report(BedCount("ICU", 8, 8), ago=timedelta(hours=7), name=PULAU)
    report(BedCount("icu", 10, 9), ago=timedelta(hours=3))  # arrives late, changes nothing
    tarakan, pulau = beds.hospital_beds()
    assert [(each.report.bed_type, each.report.available, each.old) for each in tarakan.figures] == [
        ("icu", 1, False),
        ("isolation", 0, False),
    ]
    assert (tarakan.free, pulau.free, pulau.old) == (1, 0, True)
    assert BedReport.objects.count() == 5


def test_the_nearest_hospital_with_a_free_bed_of_the_type_comes_first() -> None:
    names = ["rsud-tarakan", "rsud-sawah-besar", "rsud-kemayoran", "rsud-tanah-abang"]
    for name, free in zip(names, (0, 2, 2, 2), strict=True):
        report(BedCount("icu-vent", 4, free), BedCount("ward", 10, 10), name=name)
    report(BedCount("icu-vent", 4, 4), name="rsud-cempaka-putih", ago=timedelta(hours=9))
    found = beds.hospital_beds("icu-vent", (-6.1765, 106.8098))
    assert found[0].facility.pk == "rsud-tanah-abang"
    assert {each.facility.pk for each in found[3:]} == {"rsud-tarakan", "rsud-cempaka-putih"}
    assert found[3].facility.pk == "rsud-tarakan"
    assert found[3].metres is not None
    assert found[3].metres < 50


def test_the_same_report_again_changes_nothing_and_other_numbers_need_a_later_moment() -> None:
    assert report(BedCount("icu", 10, 4), BedCount("isolation", 5, 5)) == 2
    assert report(BedCount("icu", 10, 4), BedCount("isolation", 5, 5)) == 0
    assert report(BedCount("icu", 10, 4), BedCount("ward", 5, 5)) == 1
    with pytest.raises(ActionRefused, match="Other numbers"):
        report(BedCount("icu", 10, 3), BedCount("icu-np", 1, 1))
    assert BedReport.objects.count() == 3


@pytest.mark.parametrize(
    ("counts", "ago"),
    [
        ([BedCount("icu", 4, 5)], timedelta()),
        ([BedCount("icu", -1, -1)], timedelta()),
        ([BedCount("icu", 20_000, 5)], timedelta()),
        ([BedCount("couch", 4, 1)], timedelta()),
        ([BedCount("icu", 4, 1), BedCount("ICU", 4, 1)], timedelta()),
        ([], timedelta()),
        ([BedCount("icu", 4, 1)], -timedelta(minutes=6)),
        ([BedCount("icu", 4, 1)], timedelta(days=31)),
    ],
)
def test_impossible_reports_are_refused(counts: list[BedCount], ago: timedelta) -> None:
    with pytest.raises(ActionRefused):
        report(*counts, ago=ago)
    assert not BedReport.objects.exists()


@pytest.mark.parametrize("change", [{"available": 11}, {"beds": 20_000}, {"bed_type": ""}, {"counted_at": NOW}])
def test_the_database_refuses_impossible_rows(change: dict[str, Any]) -> None:
    report(BedCount("icu", 10, 4))
    row = {"bed_type": "icu", "beds": 10, "available": 4, "counted_at": NOW - timedelta(hours=1), "source": "api"}
    with pytest.raises(IntegrityError), transaction.atomic():
        BedReport.objects.create(facility=hospital(), **row | change)


def test_officers_report_for_their_own_hospital_or_for_those_of_their_area() -> None:
    health, member, east = officer(), officer(member_of=PULAU), officer(area="31.75")
    other = officer("dishub")
    assert len(beds.hospitals_to_report(officer_actor(health))) == len(city.facilities(beds.HOSPITAL))
    assert [each.pk for each in beds.hospitals_to_report(officer_actor(member))] == [PULAU]
    assert all(each.area_id.startswith("31.75") for each in beds.hospitals_to_report(officer_actor(east)))
    assert beds.hospitals_to_report(officer_actor(other)) == []
    report(BedCount("icu", 10, 4), by=officer_actor(health))
    with pytest.raises(NotAllowed):
        report(BedCount("icu", 10, 3), by=officer_actor(member), ago=timedelta(hours=1))
    assert AuditEntry.objects.get(action="epidemic.beds-reported").subject == f"unit:{TARAKAN}"


def test_an_officer_reports_on_the_page_and_residents_see_it(client: CheckedClient) -> None:
    own = officer(member_of=TARAKAN)
    client.force_login(own.user)
    address = f"/desk/epidemic/beds/{TARAKAN}/"
    assert client.get("/desk/epidemic/beds/")["Location"] == address
    wrong = client.post(address, {"icu-beds": "4", "icu-available": "5", "ward-beds": "", "ward-available": "many"})
    assert wrong.status_code == 422
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"icu-beds": "4", "icu-available": "3", "icu-queue": ""}).status_code == 302
    assert 'value="3"' in client.get(address).content.decode()
    page = CheckedClient().get("/epidemic/beds/?type=icu&near=Gambir").content.decode()
    assert "RSUD Tarakan" in page
    assert "<strong>3</strong>" in page
    assert 'href="tel:' in page
    assert client.get(f"/desk/epidemic/beds/{PULAU}/").status_code == 404
    assert client.get(f"/epidemic/beds/{TARAKAN}/").status_code == 200


def test_pages_of_a_city_without_reports_and_wrong_places(client: CheckedClient) -> None:
    assert "119" in client.get("/epidemic/beds/").content.decode()
    assert client.get("/epidemic/beds/?near=zzz").status_code == 422
    assert client.post("/epidemic/beds/", {"lat": "0", "lon": "0"}).status_code == 422
    report(BedCount("icu", 10, 4))
    assert " km" in client.post("/epidemic/beds/", {"lat": "-6.2", "lon": "106.83"}).content.decode()
    assert client.get("/epidemic/beds/nowhere/").status_code == 404


def send(token: str, body: Any, name: str = TARAKAN, **headers: str) -> Any:
    address = f"/api/v1/hospitals/{name}/beds"
    sent = {"Authorization": f"Bearer {token}", **headers}
    return Client().generic("POST", address, json.dumps(body), "application/json", headers=sent)


def issued(user: User, scope: str = "beds:write") -> str:
    registered = people_actions.register_client(
        by=BY, name="SIMRS", addresses=["https://rs.example/back"], scopes=[scope], keeps_secrets=False, per_minute=60
    )
    return people_actions.issue_token(by=BY, client=registered.client, user=user, scopes=[scope])


def test_a_hospital_pushes_its_counts_by_api() -> None:
    token = issued(officer(member_of=TARAKAN).user)
    body = {
        "counted_at": (NOW - timedelta(minutes=10)).isoformat(),
        "beds": [
            {"type": "icu_np_vent", "beds": 4, "available": 1, "queue": 3},
            {"type": "iso", "beds": 9, "available": 9},
        ],
    }
    answers = [
        send(token, body),
        send(token, body, **{"Idempotency-Key": "one"}),
        send(token, body, **{"Idempotency-Key": "one"}),
    ]
    assert [(each.status_code, each.json()) for each in answers] == [
        (200, {"new": 2}),
        (200, {"new": 0}),
        (200, {"new": 0}),
    ]
    assert send(token, body, PULAU).status_code == 403
    assert send(token, body, "nowhere").status_code == 404
    assert send(token, body | {"counted_at": "2026-12-01T10:00:00"}).status_code == 422
    assert send(token, body | {"beds": [{"type": "iso", "beds": 1, "available": 2}]}).status_code == 409
    assert send("nobody", body).status_code == 401
    listed = Client().get("/api/v1/hospitals/beds?type=icu-np-vent&near=-6.2,106.83").json()["items"]
    assert [(each["id"], each["beds"][0]["available"], each["beds"][0]["queue"]) for each in listed] == [
        (TARAKAN, 1, 3)
    ]
    assert listed[0]["metres"] > 1000
    assert Client().get("/api/v1/hospitals/beds?near=here").status_code == 422


def test_a_token_for_other_things_reports_no_beds() -> None:
    assert send(issued(officer(member_of=TARAKAN).user, "cases:read"), {}).status_code == 403


def test_history_and_occupancy_by_day() -> None:
    report(BedCount("icu", 10, 4), BedCount("icu-vent", 2, 0), ago=timedelta(days=3))
    report(BedCount("icu", 10, 1), ago=timedelta(days=1))
    report(BedCount("icu", 6, 6), name="rsud-kemayoran", ago=timedelta(days=2))
    today = NOW.date()
    states = beds.ward_states("icu", today - timedelta(days=3), today, None)
    beds_there, occupied = states[hospital().area_id]
    assert list(beds_there) == [12, 12, 12, 12]
    assert list(occupied) == [8, 8, 11, 11]
    other_beds, _occupied = states[hospital("rsud-kemayoran").area_id]
    assert list(other_beds[1:]) == [6, 6, 6]
    assert other_beds[0] != other_beds[0]
    later = beds.ward_states("icu", today + timedelta(days=6), today + timedelta(days=8), None)
    assert [value == value for value in later[hospital().area_id][0]] == [False, False, False]
    assert beds.ward_states("icu", today + timedelta(days=8), today + timedelta(days=9), None) == {}
    by_city = counts("covid-19", "occupied-icu-total", "kecamatan", today - timedelta(days=3), today)
    assert by_city.source == ""
    assert float(np.nansum(by_city.values[:, 1])) == 8
    assert occupancy_on(today) == pytest.approx(100 * np.mean([8 / 12, 8 / 18, 11 / 18, 11 / 18]), abs=0.01)
    assert [len(each) for each in beds.history(hospital(), 14).values()] == [1, 2]


def occupancy_on(day: date) -> float:
    """Occupancy of intensive care in the whole city, as surveillance computes it."""
    values, _source = indicators.occupancy("covid-19", "icu", ["icu"], areas_of("provinsi"), day, day, None)
    return float(values[0, 0])


def test_old_reports_are_removed_after_ten_years() -> None:
    report(BedCount("icu", 10, 4))
    with current_time.freeze(NOW + timedelta(days=3651)):
        assert retention.apply(retention.rules.get("epidemic.beds")) == 1


def test_the_demo_has_beds_that_stay_the_same() -> None:
    step = preparation.demo_steps.get("hospital-beds")
    step(BY)
    count = BedReport.objects.count()
    assert count > 300
    step(BY)
    assert BedReport.objects.count() == count
    assert any(each.old for each in beds.hospital_beds())
    assert {each.source for each in BedReport.objects.all()} == {"demo"}


def test_two_types_with_one_code_are_refused() -> None:
    known = beds_file()
    assert known is not None
    data = known.model_dump(mode="json")
    data["types"]["icu"]["aliases"] = ["iso"]
    with pytest.raises(ValueError, match="the code iso"):
        BedsFile.model_validate(data)
