"""Ratings for heads: scores, objections, and comments without names."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.cases import actions
from kini.cases.models import Case
from kini.services.models import ServiceVersion
from tests.cases.town import PERMIT, Town, acting, employed, offer, opened
from tests.pagechecks import CheckedClient

MOST_QUERIES = 12


def decided(town: Town, case: Case, score: int, text: str = "") -> Case:
    case = actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "Full."})
    actions.rate_case(by=town.named("resident"), case=case, score=score, text=text)
    return case


def test_heads_see_marks_objections_and_sentences(town: Town, permit: ServiceVersion, head: CheckedClient):
    assert "No comments yet" in head.get("/desk/ratings/").content.decode()
    resident = town.named("resident")
    for score in (5, 4, 4):
        decided(town, opened(resident, permit, town.resident), score)
    case = decided(town, opened(resident, permit, town.resident), 1, "Nobody came.")
    actions.move(by=resident, case=case, move="object", values={"message": "Look again."})
    with CaptureQueriesContext(connection) as captured:
        response = head.get("/desk/ratings/")
    assert len(captured) <= MOST_QUERIES
    page = response.content.decode()
    (row,) = response.context["rows"]
    assert (row.mean, row.count, row.objections, row.granted) == ("3.5", 4, 1, 0)
    assert "2 × Good" in page
    assert "Nobody came." in page
    assert "Warga Contoh" not in page
    assert case.reference not in page


def test_what_another_agency_did_is_not_theirs_to_read(town: Town, head: CheckedClient):
    roads = offer("roads", PERMIT | {"agency": "roads"})
    case = opened(town.named("resident"), roads, town.resident)
    clerk = employed("+6281200000021", "Petugas Jalan", town.roads, "clerk")
    actions.move(by=acting(clerk), case=case, move="reject", values={"reason": "Full."})
    actions.rate_case(by=town.named("resident"), case=case, score=1, text="Nobody came.")
    assert "No comments yet" in head.get("/desk/ratings/").content.decode()


def test_it_is_for_those_who_lead(clerk: CheckedClient):
    assert clerk.get("/desk/ratings/").status_code == 403
