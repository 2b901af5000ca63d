"""Bookings by API: free days and slots, a booking in one request, and its case."""

import hashlib
import json
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as Program
from allauth.idp.oidc.models import Token
from django.test import Client
from pytest_django import Settings

from kini.booking import actions, jobs, queries
from kini.booking.models import Booking, Quota
from kini.cases.models import Case
from kini.core import crypto
from kini.core.actors import NotAllowed, system
from kini.core.database.key_rotation import rotate_columns
from kini.people import actions as people_actions
from kini.people.models import User
from kini.services.models import ServiceVersion
from kini.web.formats import city_time
from tests.booking.conftest import first_slots
from tests.cases.town import Town
from tests.environment import replace

ANSWERS = {"people": 2, "group": "other"}


@pytest.fixture
def bearer(town: Town) -> dict[str, str]:
    return token(town.resident.user)


def token(user: User | None) -> dict[str, str]:
    """Authorization header of a client that may read and book."""
    program, _new = Program.objects.get_or_create(id="tests", name="Tests")
    word = f"token-{user.pk if user else 0}"
    hashed = hashlib.sha256(word.encode()).hexdigest()
    scopes = "cases:read\ncases:write"
    Token.objects.create(type=Token.Type.ACCESS_TOKEN, client=program, user=user, hash=hashed, scopes=scopes)
    return {"Authorization": f"Bearer {word}"}


def book(headers: dict[str, str], slot: int, answers: dict[str, Any] = ANSWERS) -> tuple[int, Any]:
    body = {"service": "ferry", "slot": slot, "answers": answers, "confirm": True}
    response = Client().post("/api/v1/bookings", json.dumps(body), content_type="application/json", headers=headers)
    return response.status_code, response.json()


def test_a_program_finds_a_day_and_a_slot_and_books(bearer: dict[str, str], ferry: ServiceVersion, town: Town) -> None:
    [slot, *_] = first_slots(ferry)
    day = city_time(slot.starts_at).date()
    where = f"venue=registry-pier&first={day}&last={day}&party=2"
    venues = Client().get("/api/v1/services/ferry/venues", headers=bearer).json()["venues"]
    assert {each["venue"] for each in venues} == {"registry-pier", "registry-hill"}
    [first_day] = Client().get(f"/api/v1/services/ferry/days?{where}", headers=bearer).json()["days"]
    assert (first_day["day"], first_day["state"], first_day["slots"]) == (day.isoformat(), "free", 2)
    slots = Client().get(f"/api/v1/services/ferry/slots?{where}", headers=bearer).json()["slots"]
    assert slots[0] | {"slot": slot.pk, "free": 9} == slots[0]
    status, body = book(bearer, slot.pk)
    assert status == 201
    booking = Booking.objects.get(reference=body["reference"])
    assert (booking.state, booking.party, booking.case) == ("confirmed", 2, None)
    jobs.open_cases()
    jobs.open_cases()
    case = Case.objects.get()
    assert case.reference == body["reference"]
    assert queries.of_case(case) == booking
    assert case.resident == town.resident
    assert book(bearer, slot.pk)[0] == 409


def test_a_new_key_leaves_what_the_case_will_be_opened_from(
    bearer: dict[str, str], ferry: ServiceVersion, town: Town, settings: Settings
) -> None:
    [slot, *_] = first_slots(ferry)
    _status, body = book(bearer, slot.pk)
    with pytest.raises(NotAllowed):
        actions.rotate_keys(by=town.named("head"))
    ring = "new:bmV3LWRhdGEta2V5LTMyLWJ5dGVzLWxvbmcuLi4uLi4=," + settings.ENV.data_keys
    settings.ENV = replace(settings.ENV, data_keys=ring)
    assert actions.rotate_keys(by=system("tests")) == 1
    booking = Booking.objects.get(reference=body["reference"])
    assert not crypto.needs_rotation(booking.request)
    assert actions.rotate_keys(by=system("tests")) == 0
    people_actions.rotate_keys(by=system("tests"))
    rotate_columns(by=system("tests"))
    settings.ENV = replace(settings.ENV, data_keys=ring.split(",")[0])
    case = actions.open_case(by=system("tests"), booking=booking)
    assert case is not None
    assert case.reference == body["reference"]


def test_what_cannot_be_booked_is_refused_with_a_reason(
    bearer: dict[str, str], ferry: ServiceVersion, town: Town
) -> None:
    [slot, *_] = first_slots(ferry)
    assert book({}, slot.pk)[0] == 401
    status, body = book(bearer, slot.pk, {"people": 2})
    assert status == 422
    assert body["errors"][0]["pointer"] == "/answers/group"
    assert book(bearer, 10**9)[0] == 422
    Quota.objects.filter(slot=slot, group="").update(capacity=1)
    status, body = book(bearer, slot.pk)
    assert status == 409
    assert Booking.objects.count() == 0
    far = "/api/v1/services/ferry/days?venue=registry-pier&first=2026-01-01&last=2026-12-31"
    assert Client().get(far, headers=bearer).status_code == 422
