"""Partner apps: yes or no with the person's consent, in their access log, limited, and the same as at the gate."""

from typing import Any

import pytest
from django.test import Client

from kini.epidemic.checkin import entry_passes
from kini.health_record import api
from kini.people import actions as people_actions
from kini.people.models import AccessLog
from tests.epidemic.records_town import BY
from tests.health_record.conftest import Family

pytestmark = pytest.mark.django_db
STATUS, PASS = "/api/v1/health/status", "/api/v1/health/entry-pass"
SCOPE = "health-status:read"


@pytest.fixture
def partner(db: None) -> Any:
    return people_actions.register_client(
        by=BY,
        name="Aplikasi Mitra",
        addresses=["https://mitra.example.org/back"],
        scopes=[SCOPE, "profile:read"],
        keeps_secrets=False,
        per_minute=1000,
    ).client


@pytest.fixture
def ask(family: Family, partner: Any) -> Any:
    def call(path: str = STATUS, scope: str = SCOPE) -> Any:
        token = people_actions.issue_token(by=BY, client=partner, user=family.mother.user, scopes=[scope])
        method = "POST" if path == PASS else "GET"
        return Client().generic(method, path, headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})

    return call


def test_yes_or_no_and_nothing_else(family: Family, ask, browse):
    family.dose(family.mother)
    answer = ask().json()
    assert set(answer) == {"may_enter", "proved", "at"}
    assert (answer["may_enter"], answer["proved"]) == (True, True)
    family.corner.test(family.corner.case(family.mother.person))
    assert ask().json()["may_enter"] is False
    entries = AccessLog.objects.filter(resident=family.mother)
    assert [(each.reader, each.what) for each in entries] == [("Aplikasi Mitra", "health-status")] * 2
    assert "Aplikasi Mitra" in browse(family.mother.user).get("/me/access-log/").content.decode()


def test_a_check_in_from_another_app_has_the_pass_of_the_gate(family: Family, ask, browse):
    issued = ask(PASS)
    assert issued.status_code == 200, issued.content
    read = entry_passes.read_pass(issued.json()["token"])
    assert (read.may_enter, read.proved) == (True, True)
    own = browse(family.mother.user).post("/check-in/pass/new/", HTTP_SEC_FETCH_SITE="same-origin")
    if own.status_code == 200:
        assert own.json()["mayEnter"] is read.may_enter
    assert AccessLog.objects.get().what == "entry-pass"


def test_without_the_scope_or_the_consent_there_is_no_answer(family: Family, ask, partner):
    assert ask(scope="profile:read").status_code == 403
    assert Client().get(STATUS).status_code == 401
    token = people_actions.issue_token(by=BY, client=partner, user=family.mother.user, scopes=[SCOPE])
    people_actions.revoke_client(by=BY, user=family.mother.user, client=partner)
    assert Client().get(STATUS, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert not AccessLog.objects.exists()


def test_reads_about_one_person_are_limited(ask, monkeypatch):
    monkeypatch.setattr(api, "READS", api.Limit(api.READS.name, 2, 3600))
    assert [ask().status_code for _try in range(3)] == [200, 200, 429]
    assert AccessLog.objects.count() == 2
