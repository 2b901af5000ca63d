"""A token reaches as far as its person and its scopes, and not a day longer."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as Registered
from allauth.idp.oidc.models import Token
from django.utils import timezone

from kini.cases.models import Case
from kini.people import actions as people_actions
from kini.people.models import Officer
from kini.services.models import ServiceVersion
from tests.api.conftest import Programs
from tests.cases import town as towns
from tests.cases.town import BY, Town


def test_an_expired_token_is_none(town: Town, program: Programs):
    app = program(town.resident)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert app.get("/cases").status_code == 401


def test_a_revoked_token_is_none(town: Town, program: Programs):
    app = program(town.resident)
    assert app.get("/cases").status_code == 200
    assert town.resident.user
    people_actions.revoke_client(by=town.named("resident"), user=town.resident.user, client=Registered.objects.get())
    assert app.get("/cases").status_code == 401


def test_a_removed_program_can_do_nothing(town: Town, program: Programs):
    app = program(town.resident)
    people_actions.remove_client(by=BY, client=Registered.objects.get())
    assert app.get("/cases").status_code == 401


def test_a_closed_account_has_no_programs(town: Town, program: Programs):
    app = program(town.resident)
    assert town.resident.user
    town.resident.user.is_active = False
    town.resident.user.save()
    assert app.get("/cases").status_code == 401


def test_a_refresh_token_is_no_access_token(town: Town, program: Programs):
    app = program(town.resident)
    Token.objects.update(type=Token.Type.REFRESH_TOKEN)
    assert app.get("/cases").status_code == 401


@pytest.mark.parametrize(
    ("scopes", "method", "path", "body"),
    [
        (("cases:write",), "GET", "/cases", None),
        (("cases:read",), "POST", "/drafts", {"service": "stall-permit"}),
        (("cases:read",), "GET", "/me", None),
        (("cases:read", "cases:write"), "GET", "/desk/cases", None),
        (("desk:read",), "POST", "/desk/cases/TELUK-0000-0000/notes", {"text": "x"}),
        (("desk:write",), "POST", "/desk/cases/TELUK-0000-0000/looks", {"what": "answers", "reason": "x"}),
    ],
)
def test_a_token_without_the_scope_reaches_nothing(
    town: Town, program: Programs, scopes: tuple[str, ...], method: str, path: str, body: Any
):
    refused = program(town.head, *scopes).send(method, path, body)
    assert (refused.status_code, refused.json()["type"]) == (403, "/api/#scope")


def test_nobody_reaches_anothers_case_or_draft(town: Town, case: Case, permit: ServiceVersion, program: Programs):
    stranger = program(town.neighbour)
    draft = towns.filled(town.named("resident"), permit, town.resident)
    for path in (f"/cases/{case.reference}", f"/cases/{case.reference}/history", f"/drafts/{draft.pk}"):
        assert stranger.get(path).status_code == 404
    for path, body in (
        (f"/cases/{case.reference}/moves", {"move": "withdraw"}),
        (f"/cases/{case.reference}/correction", {}),
        (f"/drafts/{draft.pk}/submission", {"confirm": True}),
    ):
        assert stranger.post(path, body).status_code == 404
    assert stranger.patch(f"/drafts/{draft.pk}", {"answers": {}}).status_code == 404
    assert stranger.delete(f"/drafts/{draft.pk}").status_code == 404
    assert stranger.get("/cases").json()["items"] == []
    new = {"service": "stall-permit", "for_person": town.resident.pk}
    assert stranger.post("/drafts", new).status_code == 403


def test_an_officer_whose_role_was_taken_away_has_no_desk(town: Town, case: Case, program: Programs):
    app = program(town.clerk)
    assert app.get("/desk/cases").status_code == 200
    Officer.objects.filter(pk=town.clerk.pk).update(active=False)
    assert app.get("/desk/cases").status_code == 403
