"""One case after another: the way on and back through the queue from which a case was opened, and its summary."""

from urllib.parse import urlencode

import pytest

from kini.cases import actions, queries
from kini.cases.models import Case
from kini.services.models import ServiceVersion
from tests.cases.desk.conftest import Browse
from tests.cases.town import PERMIT, Town, employed, offer, opened
from tests.pagechecks import CheckedClient

MOST_QUERIES = 16


@pytest.fixture
def three(town: Town, permit: ServiceVersion) -> list[Case]:
    """Permits, with a case of another service between them."""
    other = offer("stage-permit", PERMIT | {"name": "Stage permit"})
    versions = (permit, other, permit, permit)
    cases = [opened(town.named("resident"), version, town.resident) for version in versions]
    return [case for case in cases if case.service_id == "stall-permit"]


def trail(query: str) -> str:
    return "?" + urlencode({"in": query})


PERMITS = "view=due&service=stall-permit"


def test_the_next_case_is_that_of_the_same_filter(three: list[Case], clerk: CheckedClient):
    here, way = three[0].reference, trail(PERMITS)
    row = clerk.get(f"/desk/?{PERMITS}").content.decode()
    assert f'href="/desk/cases/{here}/{way}"' in row
    page = clerk.get(f"/desk/cases/{here}/{way}").content.decode()
    assert f'href="/desk/cases/{here}/next/{way}"' in page
    assert f'action="/desk/cases/{here}/moves/accept/{way}"' in page
    assert 'href="/desk/?view=due&amp;service=stall-permit"' in page
    seen = [here]
    while (answer := clerk.get(f"/desk/cases/{seen[-1]}/next/{way}"))["Location"].startswith("/desk/cases/"):
        assert answer["Location"].endswith(way)
        seen.append(answer["Location"].split("/")[3])
    assert seen == [case.reference for case in three]
    assert answer["Location"] == f"/desk/?{PERMITS}"
    assert "last one of this list" in clerk.get(answer["Location"]).content.decode()


def test_after_a_decision_the_next_one_is_still_there(three: list[Case], clerk: CheckedClient):
    first, second = three[0].reference, three[1].reference
    way = trail(PERMITS)
    moved = clerk.post(f"/desk/cases/{first}/moves/accept/{way}", {"state": "check"})
    assert moved["Location"] == f"/desk/cases/{first}/next/{way}"
    assert Case.objects.get(reference=first).state == "decision"
    assert clerk.get(f"/desk/cases/{first}/next/{way}")["Location"] == f"/desk/cases/{second}/{way}"
    noted = clerk.post(f"/desk/cases/{second}/note/{way}", {"text": "Looks fine"})
    assert noted["Location"] == f"/desk/cases/{second}/{way}"


@pytest.mark.parametrize("view", ["ended", "all", "mine", "waiting"])
def test_there_is_a_way_on_in_every_view(three: list[Case], town: Town, clerk: CheckedClient, view: str):
    by = town.named("clerk")
    for case in three[:2]:
        if view == "mine":
            actions.assign(by=by, case=case, officer=town.clerk)
        elif view == "waiting":
            actions.move(by=by, case=case, move="ask", values={"message": "Why?"})
        else:
            actions.move(by=by, case=case, move="reject", values={"reason": "No"})
    shown = [row.case.reference for row in clerk.get(f"/desk/?view={view}").context["rows"]]
    answer = clerk.get(f"/desk/cases/{shown[0]}/next/{trail(f'view={view}')}")
    assert answer["Location"] == f"/desk/cases/{shown[1]}/{trail(f'view={view}')}"


def test_cases_about_the_officer_are_passed_over(town: Town, permit: ServiceVersion, browse: Browse):
    first, own, third = (
        opened(town.named("resident"), permit, town.resident),
        opened(town.named("neighbour"), permit, town.neighbour),
        opened(town.named("resident"), permit, town.resident),
    )
    twin = employed("+6281200000061", "Petugas Tetangga", town.registry, "clerk")
    Case.objects.filter(pk=own.pk).update(resident=_profile_of(twin))
    answer = browse(twin).get(f"/desk/cases/{first.reference}/next/{trail('view=due')}")
    assert third.reference in answer["Location"]


def _profile_of(officer):
    from kini.people import actions as people_actions
    from tests.cases.town import BY

    return people_actions.ensure_resident(by=BY, user=officer.user)


def test_a_case_opened_from_elsewhere_leads_nowhere(case: Case, clerk: CheckedClient):
    page = clerk.get(f"/desk/cases/{case.reference}/").content.decode()
    assert "/next/" not in page
    hostile = clerk.get(f"/desk/cases/{case.reference}/{trail('view=%01&q=<script>&area=%27')}").content.decode()
    assert "<script>&" not in hostile
    assert clerk.get(f"/desk/cases/{case.reference}/next/?in=//evil.example").headers["Location"] == "/desk/"


def test_the_summary_stands_beside_the_list(
    case: Case, clerk: CheckedClient, django_assert_max_num_queries, browse: Browse, town: Town
):
    way = trail("view=due")
    assert f'data-peek="/desk/cases/{case.reference}/summary/{way}"' in clerk.get("/desk/").content.decode()
    address = f"/desk/cases/{case.reference}/summary/{way}"
    with django_assert_max_num_queries(MOST_QUERIES):
        piece = clerk.get(address, headers={"HX-Request": "true"}).content.decode()
    assert piece.startswith("<section")
    assert case.reference in piece
    assert "Stall permit" in piece
    assert "Fish" in piece
    assert "Warga Contoh" not in piece, "who it is stands on the page of the case, for those who may see it"
    assert f'action="/desk/cases/{case.reference}/moves/accept/{way}"' in piece
    elsewhere = browse(employed("+6281200000062", "Petugas Jalan", town.roads, "head"))
    assert elsewhere.get(address, headers={"HX-Request": "true"}).status_code == 404


def test_the_way_on_costs_the_same_however_long_the_queue(
    three: list[Case], town: Town, permit: ServiceVersion, clerk: CheckedClient, django_assert_max_num_queries
):
    for _ in range(queries.MAX_CONFLICTS):
        opened(town.named("resident"), permit, town.resident)
    with django_assert_max_num_queries(12):
        clerk.get(f"/desk/cases/{three[0].reference}/next/{trail(PERMITS)}")
