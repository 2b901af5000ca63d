"""Check-in at venues: warnings reach phones, codes are used once, gates count, slips tell yes or no."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from kini.core import current_time, references
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.core.events import publish
from kini.epidemic.checkin import actions, entry_passes, queries, venue_counts, warning_packages
from kini.epidemic.checkin.actions import VenueDetails
from kini.epidemic.checkin.entry_passes import InvalidPass
from kini.epidemic.checkin.venue_code import VenueCode, parse_venue_code
from kini.epidemic.checkin.warning_records import Exposure, Risk, Stay, StayMatcher, records_of, stay_keys
from kini.epidemic.events import PositiveResult
from kini.epidemic.models import PendingRecord, Slip, UploadCode, Venue, VenueCount, WarningPackage
from kini.messages.models import Message
from tests.cases.conftest import city as city
from tests.cases.conftest import town as town
from tests.cases.town import PACK, Town, acting
from tests.epidemic.checkin_town import COVID, Phone, now_minute, positive, venue_code

BY = system("tests")
KEY = b"k" * 32


@pytest.fixture(autouse=True)
def disease(city: None, running_pack: Callable[..., Path]) -> None:
    running_pack(PACK, {"diseases/covid-19.yaml": COVID})


@contextmanager
def later(**duration: int) -> Iterator[None]:
    with current_time.freeze(current_time.now() + timedelta(**duration)):
        yield


@pytest.fixture
def venue(town: Town) -> tuple[Venue, str]:
    details = VenueDetails("Warung Dermaga", "restaurant", town.areas["pier"], 100, 60)
    return actions.register_venue(by=town.named("resident"), owner=town.resident.user, details=details)


def post(client: Client, name: str, body: dict[str, Any]) -> Any:
    address = reverse(f"epidemic:{name}")
    return client.post(address, json.dumps(body), "application/json", headers={"Sec-Fetch-Site": "same-origin"})


# ---- records

minutes = st.integers(0, 3000)


@given(minutes, st.integers(1, 720), minutes, st.integers(1, 720))
def test_the_overlap_of_two_stays_is_read_from_the_records(a: int, long: int, b: int, wide: int) -> None:
    """Whatever the hours, the minutes together are the overlap of the two intervals, and 15 of them are an exposure."""
    own, other = Stay(a, a + long), Stay(b, b + wide)
    matcher = StayMatcher([(own, stay_keys(KEY, own))], 15)
    matcher.add(b"".join(sorted(records_of(stay_keys(KEY, other), other, Risk.HIGH))))
    overlap = min(own.end, other.end) - max(own.start, other.start)
    assert matcher.exposures() == ({0: Exposure(overlap, Risk.HIGH)} if overlap >= 15 else {})


def test_minutes_with_several_infected_count_once() -> None:
    own = Stay(600, 720)
    matcher = StayMatcher([(own, stay_keys(KEY, own))], 15)
    for start, end, risk in ((590, 610, Risk.LOW), (605, 612, Risk.LOW), (700, 705, Risk.HIGH)):
        stay = Stay(start, end)
        matcher.add(b"".join(sorted(records_of(stay_keys(KEY, stay), stay, risk))))
    assert matcher.exposures() == {0: Exposure(17, Risk.HIGH)}


def test_without_the_code_of_the_venue_nothing_is_read() -> None:
    own = Stay(600, 720)
    matcher = StayMatcher([(own, stay_keys(b"z" * 32, own))], 1)
    matcher.add(warning_packages.mix(records_of(stay_keys(KEY, own), own, Risk.HIGH)))
    assert matcher.exposures() == {}


def test_decoys_have_the_form_of_records() -> None:
    stay = Stay(600, 720)
    true = records_of(stay_keys(KEY, stay), stay, Risk.HIGH)
    content = warning_packages.mix(true)
    each = [content[at : at + 10] for at in range(0, len(content), 10)]
    assert each == sorted(each)
    assert set(true) <= set(each)
    assert len(each) >= 128


def test_the_code_of_a_venue_survives_its_poster() -> None:
    code = VenueCode('Kafe "Él"', "restaurant", 60, "c2VlZHNlZWRzZWVkc2VlZA")
    assert parse_venue_code(f"https://kini.example/check-in/#1.{code.payload}") == code
    for wrong in ("", "x", "#1.", "https://kini.example/", "#1.bm9wZQ"):
        with pytest.raises(ValueError, match="not the code"):
            parse_venue_code(wrong)


# ---- from a result to the phones of visitors


def test_a_positive_result_warns_who_was_there(town: Town, client: Client, run_jobs: Callable[[], int]) -> None:
    code, ill, visitor, gone, elsewhere = venue_code(), Phone(), Phone(), Phone(), Phone()
    start = now_minute() - 1500
    ill.visit(code, start, 90)
    visitor.visit(code, start + 60, 60)
    gone.visit(code, start + 80, 60)  # ten minutes together
    elsewhere.visit(venue_code(), start, 90)
    test = positive(town.areas["pier"], town.registry, town.resident.person)
    with transaction.atomic():
        publish(PositiveResult(test.pk, test.case_id, test.person_id, "covid-19"))
    run_jobs()
    message = Message.objects.get(sort="upload-code")
    typed = message.words["code"]
    assert message.user == town.resident.user
    assert "Dermaga" not in message.text

    looked = post(client, "upload-code", {"code": typed}).json()
    assert looked["first"] == (test.specimen_on - timedelta(days=2)).isoformat()
    body = {"code": typed, "attempt": "a", "visits": [[each.hex() for each in visit] for visit in ill.records()]}
    assert post(client, "hand-over", body).json() == {"done": True}
    assert post(client, "hand-over", body).json() == {"done": True}, "an answer that was lost"
    assert post(client, "hand-over", body | {"attempt": "b"}).status_code == 422
    assert PendingRecord.objects.count() in (2, 3), "hours that the visit touched, once"

    with later(hours=8):
        actions.rewrite_pending(by=BY)
        actions.publish_packages(by=BY)
    assert PendingRecord.objects.count() == 0
    assert visitor.exposures() == {0: Exposure(30, Risk.HIGH)}
    assert gone.exposures() == elsewhere.exposures() == {}


def test_packages_are_offered_whole_and_by_day(town: Town, client: Client) -> None:
    actions.publish_packages(by=BY)
    with later(hours=50):
        assert actions.publish_packages(by=BY) == 50
        index = client.get(reverse("epidemic:packages")).json()["covid-19"]
        assert index["last"] - index["first"] == 50
        day = index["first"] // 24 + 1
        whole = client.get(reverse("epidemic:day-package", args=["covid-19", day])).content
        hours = [
            client.get(reverse("epidemic:hour-package", args=["covid-19", hour])).content
            for hour in range(day * 24, day * 24 + 24)
        ]
        assert whole == b"".join(hours)
        today = reverse("epidemic:day-package", args=["covid-19", index["last"] // 24])
        assert client.get(today).status_code == 404
        assert client.get(reverse("epidemic:hour-package", args=["covid-19", 10**9])).status_code == 404
    with later(days=30):
        actions.publish_packages(by=BY)
        assert WarningPackage.objects.order_by("published_at")[0].published_at >= current_time.now() - timedelta(
            days=14
        )


def test_no_package_has_two_visits_of_one_person() -> None:
    for count in (1, 5, 6, 24):
        hours = [at for at, _visit in warning_packages.spread_visits(range(count), current_time.now())]
        assert len(set(hours)) == count
        assert min(hours) > current_time.now()


def test_codes_are_for_positive_results_and_end(town: Town) -> None:
    test = positive(town.areas["pier"], town.registry)
    with pytest.raises(NotAllowed):
        actions.issue_upload_code(by=town.named("resident"), test=test)
    first = actions.issue_upload_code(by=BY, test=test)
    second = actions.issue_upload_code(by=BY, test=test)
    with pytest.raises(ActionRefused, match="not valid"):
        queries.open_upload_code(first)
    with later(days=11), pytest.raises(ActionRefused, match="not valid"):
        queries.open_upload_code(second)
    record = [[b"0123456789"]]
    for visits in ([], record * 25, [[b"012345678"]], [[b"0123456789"] * 15], [[]]):
        with pytest.raises(ActionRefused):
            actions.hand_over_visits(by=BY, code=second, attempt="a", visits=visits)
    actions.hand_over_visits(by=BY, code=second, attempt="a", visits=record)
    with pytest.raises(ActionRefused, match="already handed over"):
        actions.issue_upload_code(by=BY, test=test)
    test.result = "negative"
    with pytest.raises(ActionRefused, match="positive"):
        actions.issue_upload_code(by=BY, test=test)


# ---- gates


def test_the_totals_of_devices_add_up_and_a_repeated_message_changes_nothing(
    venue: tuple[Venue, str], client: Client
) -> None:
    _venue, gate = venue
    day = venue_counts.counting_day().isoformat()
    front = {"gate": gate, "device": str(uuid4()), "day": day}
    back = {"gate": gate, "device": str(uuid4()), "day": day}
    assert post(client, "count", front | {"entered": 5, "gone": 0}).json()["inside"] == 5
    assert post(client, "count", back | {"entered": 1, "gone": 3}).json()["inside"] == 3
    for entered in (5, 3, 5):  # again, late, again
        assert post(client, "count", front | {"entered": entered, "gone": 0}).json()["inside"] == 3
    assert post(client, "count", front | {"entered": 9, "gone": 0, "day": "2020-01-01"}).json()["inside"] == 3
    answer = post(client, "count", front | {"gate": references.generate_code(), "entered": 1, "gone": 0})
    assert answer.status_code == 404
    assert post(client, "count", {"gate": gate, "device": "x"}).status_code == 422


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5000, '"\\ud800"', '"\\u0000"', "NaN"])
def test_numbers_and_texts_that_nothing_can_hold_are_refused(
    venue: tuple[Venue, str], client: Client, number: str
) -> None:
    _venue, gate = venue
    front = {"gate": gate, "device": str(uuid4()), "day": venue_counts.counting_day().isoformat(), "gone": 0}
    visit = {"code": references.generate_code(), "start": 1, "end": 2, "keys": {}}
    texts = {"pass": "x"}
    for address, body, name in (
        *(("count", front, each) for each in ("entered", "day", "gate")),
        *(("slip-entry", visit, each) for each in ("start", "code")),
        ("check-pass", texts, "pass"),
        ("upload-code", {}, "code"),
    ):
        raw = json.dumps(body | {name: "@"}).replace('"@"', number)
        answer = client.post(
            reverse(f"epidemic:{address}"),
            raw,
            "application/json",
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        assert answer.status_code in (200, 422), (address, name, number)


def test_the_limits_of_the_day_say_how_many_may_be_inside(town: Town) -> None:
    from datetime import date

    assert queries.allowed_inside("mall", 201, date(2021, 9, 10)) == 100
    assert queries.allowed_inside("cinema", 200, date(2021, 9, 10)) == 0
    assert queries.allowed_inside("mall", 200, date(2023, 1, 1)) == 200


def test_a_new_link_ends_the_old_one_and_a_closed_venue_counts_nobody(venue: tuple[Venue, str], town: Town) -> None:
    stored, old = venue
    with pytest.raises(NotAllowed):
        actions.replace_gate_code(by=acting(town.neighbour), venue=stored)
    new = actions.replace_gate_code(by=town.named("resident"), venue=stored)
    day = venue_counts.counting_day().isoformat()
    assert venue_counts.store_totals(old, uuid4(), day, 1, 0) is None
    assert venue_counts.store_totals(new, uuid4(), day, 1, 0) is not None
    actions.close_venue(by=town.named("resident"), venue=stored)
    assert venue_counts.store_totals(new, uuid4(), day, 1, 0) is None


def test_the_pass_tells_only_whether_somebody_may_enter_now(town: Town) -> None:
    assert queries.entry_state(town.neighbour.user_id) == (True, False)
    ill = positive(town.areas["pier"], town.registry, town.resident.person).case
    assert queries.entry_state(town.resident.user_id)[0] is False
    with later(days=11):
        assert queries.entry_state(town.resident.user_id)[0] is True, "no longer infectious"
    ill.outcome, ill.outcome_on = "recovered", ill.reported_on
    ill.save()
    assert queries.entry_state(town.resident.user_id)[0] is True

    double = positive(town.areas["pier"], town.registry, town.resident.person).case
    assert queries.entry_state(town.resident.user_id)[0] is False
    type(double).objects.filter(pk=double.pk).update(merged_into=ill)
    assert queries.entry_state(town.resident.user_id)[0] is True, "a merged record does not count"

    text = entry_passes.issue_pass(may_enter=True, proved=False)
    read = entry_passes.read_pass(text)
    assert read.may_enter
    assert not read.is_expired
    with later(minutes=6):
        assert entry_passes.read_pass(text).is_expired
    body, _dot, signature = text.partition(".")
    changed = f"{body[:2]}{'A' if body[2] != 'A' else 'B'}{body[3:]}.{signature}"
    for wrong in ("", "x", body, f"{body}.", changed, f"{text}AAAA"):
        with pytest.raises(InvalidPass):
            entry_passes.read_pass(wrong)


def test_a_pass_admits_by_the_kind_of_venue_and_names_no_colour() -> None:
    kinds = ["mall", "cinema", "office"]
    text = entry_passes.issue_pass(may_enter=True, proved=True, refused_kinds={"cinema"}, kinds=kinds)
    read = entry_passes.read_pass(text, kinds)
    assert [kind for kind in kinds if read.may_enter_at(kind)] == ["mall", "office"]
    assert entry_passes.read_pass(text).refused_kinds == frozenset(), "without the same kinds none is read"
    assert entry_passes.read_pass(text, [*kinds, "market"]).refused_kinds == frozenset()
    ill = entry_passes.issue_pass(may_enter=False, proved=True, kinds=kinds)
    assert not entry_passes.read_pass(ill, kinds).may_enter_at("mall")


def test_a_gate_without_a_camera_asks_the_city(town: Town, client: Client) -> None:
    client.force_login(town.resident.user)
    new = post(client, "new-pass", {}).json()
    assert new["mayEnter"]
    assert post(Client(), "check-pass", {"pass": new["pass"]}).json() == {
        "mayEnter": True,
        "valid": True,
        "proved": False,
    }
    assert post(Client(), "check-pass", {"pass": "x"}).json() == {"mayEnter": False, "valid": False}
    assert post(Client(), "new-pass", {}).status_code == 401


# ---- slips


def test_a_slip_tells_only_whether_its_visit_was_warned(town: Town, client: Client) -> None:
    code, ill = venue_code(), Phone()
    start = now_minute() - 300
    ill.visit(code, start, 90)
    warned, calm = references.generate_code(), references.generate_code()
    for slip, begin in ((warned, start + 30), (calm, start + 100)):
        stay = Stay(begin, begin + 60)
        keys = {str(hour): key.hex() for hour, key in stay_keys(code.venue_id, stay).items()}
        body = {"code": slip, "start": stay.start, "end": stay.end, "keys": keys}
        assert post(client, "slip-entry", body).json() == {"done": True}
        assert post(client, "slip-entry", body).status_code == 422, "each visit has its own slip"
    lengths = {len(bytes(each.sealed)) for each in Slip.objects.all()}
    assert len(lengths) == 1
    upload = actions.issue_upload_code(by=BY, test=positive(town.areas["pier"], town.registry))
    actions.hand_over_visits(by=BY, code=upload, attempt="a", visits=ill.records())
    assert queries.slip_exposures(warned) == {"covid-19": False}
    with later(hours=8):
        actions.publish_packages(by=BY)
    assert queries.slip_exposures(warned) == {"covid-19": True}
    assert queries.slip_exposures(calm) == {"covid-19": False}
    page = client.post(reverse("epidemic:slip"), {"code": warned.lower()}).content.decode()
    assert "COVID-19" in page
    assert "Dermaga" not in page
    assert client.post(reverse("epidemic:slip"), {"code": "nonsense"}).status_code == 422
    assert client.post(reverse("epidemic:slip"), {"code": references.generate_code()}).status_code == 422


# ---- pages


def test_an_owner_registers_a_venue_and_gets_poster_and_gate(town: Town, client: Client) -> None:
    client.force_login(town.resident.user)
    form = {"name": "Toko Camar", "kind": "other", "area": "1.1.1", "capacity": "30", "stay": ""}
    assert client.post(reverse("epidemic:venues"), form | {"capacity": "many"}).status_code == 422
    page = client.post(reverse("epidemic:venues"), form, follow=True)
    stored = Venue.objects.get()
    assert stored.name in page.content.decode()
    gate = client.post(reverse("epidemic:venue-gate", args=[stored.reference])).content.decode()
    assert "/check-in/gate/#" in gate
    pdf = client.post(reverse("epidemic:venue-poster", args=[stored.reference]))
    slips = client.post(reverse("epidemic:venue-poster", args=[stored.reference]), {"paper": "slips"})
    assert pdf.content[:4] == slips.content[:4] == b"%PDF"
    client.force_login(town.neighbour.user)
    assert client.get(reverse("epidemic:venue", args=[stored.reference])).status_code == 404
    for name in ("check-in", "warn", "slip", "gate", "pass"):
        assert client.get(reverse(f"epidemic:{name}")).status_code == 200


# ---- invariants past Python


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE epidemic_venue SET capacity = 0",
        "UPDATE epidemic_venue SET name = ''",
        "UPDATE epidemic_venue SET stay_minutes = 0",
        "INSERT INTO epidemic_pendingrecord VALUES (gen_random_uuid(), 'covid-19', now(), '\\x0102')",
        "INSERT INTO epidemic_venuecount SELECT current_date, gen_random_uuid(), -1, 0, id FROM epidemic_venue",
        "INSERT INTO epidemic_slip VALUES ('\\x01', current_date, '\\x')",
    ],
)
def test_the_database_holds_it(venue: tuple[Venue, str], statement: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_result_has_one_code(town: Town) -> None:
    test = positive(town.areas["pier"], town.registry)
    actions.issue_upload_code(by=BY, test=test)
    stored = UploadCode.objects.get()
    stored.pk, stored.code_hash = None, b"x" * 32
    with pytest.raises(IntegrityError), transaction.atomic():
        stored.save()


def test_counts_have_no_time(venue: tuple[Venue, str]) -> None:
    assert {field.name for field in VenueCount._meta.concrete_fields} == {"venue", "day", "device", "entered", "gone"}


@pytest.mark.parametrize("name", ["Toko \u202eainaM", "\u3164\u3164", "Ma\u200bna"])
def test_the_name_of_a_venue_can_be_seen(town: Town, name: str) -> None:
    with pytest.raises(ActionRefused, match="invisible"):
        actions.register_venue(
            by=town.named("resident"),
            owner=town.resident.user,
            details=VenueDetails(name, "mall", town.areas["pier"], 200, 60),
        )
