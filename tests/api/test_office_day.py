"""Tokens for the desk end with the office day of their officer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kini.people import actions
from kini.people.actions.office_days import LONGEST_DAY
from kini.people.models import OfficeDay
from kini.people.sessions import OFFICER_LIFETIME
from tests.api.conftest import BY, Programs
from tests.cases.town import Town


@pytest.fixture
def desk(town: Town, program: Programs):
    return program(town.clerk)


def told(desk) -> tuple[int, str]:
    answer = desk.get("/desk")
    return answer.status_code, answer.headers.get("WWW-Authenticate", "")


def test_a_token_works_in_the_office_day(desk):
    assert told(desk)[0] == 200


def test_it_ends_with_the_day_however_long_it_lasts_itself(desk):
    assert timedelta(hours=10) >= LONGEST_DAY
    OfficeDay.objects.update(until=timezone.now())
    assert told(desk) == (401, 'Bearer error="insufficient_user_authentication"')
    assert desk.get("/desk").json()["type"].endswith("office-day")


def test_half_an_hour_without_work_ends_it_and_work_goes_on(desk):
    OfficeDay.objects.update(seen_at=timezone.now() - OFFICER_LIFETIME.idle / 2)
    assert told(desk)[0] == 200
    assert timezone.now() - OfficeDay.objects.get().seen_at < timedelta(minutes=1), "the use was noted"
    OfficeDay.objects.update(seen_at=timezone.now() - OFFICER_LIFETIME.idle)
    assert told(desk)[0] == 401


def test_the_next_sign_in_begins_a_new_one(desk, town: Town):
    actions.end_office_day(by=BY, user=town.clerk.user)
    assert told(desk)[0] == 401
    Client().force_login(town.clerk.user)
    assert told(desk)[0] == 200


def test_what_officers_do_as_residents_needs_no_office_day(desk, town: Town):
    actions.end_office_day(by=BY, user=town.clerk.user)
    assert desk.get("/me").status_code != 401
