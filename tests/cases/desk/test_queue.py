"""The queue: who sees what, views and filters in the address, page by page, and within a few queries."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.cases import actions, queries
from kini.cases.desk import queue_counts
from kini.cases.models import Case
from kini.cases.queries.access_report import reads_by_officer
from kini.core import current_time
from kini.people.models import AccessLog
from kini.services.models import ServiceVersion
from kini.services.public import kinds
from kini.web import formats
from tests.cases.desk.conftest import Browse
from tests.cases.town import PERMIT, Town, employed, offer, opened
from tests.pagechecks import CheckedClient

MOST_QUERIES = 13
#: One of them logs the names in the rows, one counts the reports that wait for a check.
MOST_QUERIES_AGAIN = 8


def shown(client: CheckedClient, query: str = "") -> list[str]:
    response = client.get(f"/desk/{query}")
    assert response.status_code == 200
    return [row.case.reference for row in response.context["rows"]]


def late(town: Town, version: ServiceVersion) -> Case:
    with current_time.freeze(current_time.now() - timedelta(days=30)):
        return opened(town.named("resident"), version, town.resident)


def test_officers_see_their_agency_and_area_and_nothing_else(
    town: Town, case: Case, clerk: CheckedClient, browse: Browse
):
    elsewhere = employed("+6281200000021", "Petugas Jalan", town.roads, "head")
    hill = employed("+6281200000022", "Petugas Bukit", town.registry, "head", area=town.areas["hill"])
    pier = employed("+6281200000023", "Petugas Dermaga", town.registry, "clerk", area=town.areas["pier"])
    assert shown(clerk) == shown(browse(pier)) == [case.reference]
    assert shown(browse(elsewhere)) == shown(browse(hill)) == []
    for outsider in (elsewhere, hill):
        assert browse(outsider).get(f"/desk/cases/{case.reference}/").status_code == 404


def test_the_desk_is_closed_to_residents_and_to_officers_without_a_role(
    town: Town, browse: Browse, client: CheckedClient
):
    idle = employed("+6281200000024", "Petugas Baru", town.registry)
    for visitor in (town.resident, idle):
        response = browse(visitor).get("/desk/")
        assert response.status_code == 403
        assert "role" in response.content.decode() or "peran" in response.content.decode()
    assert client.get("/desk/").status_code == 302
    assert client.post("/desk/").status_code == 302


def test_only_officers_find_the_way_to_the_desk(town: Town, browse: Browse, clerk: CheckedClient):
    assert 'href="/desk/"' in clerk.get("/me/").content.decode()
    assert 'href="/desk/"' not in browse(town.resident).get("/me/").content.decode()


def test_views_show_what_they_say(town: Town, permit: ServiceVersion, clerk: CheckedClient):
    old = late(town, permit)
    mine, waiting, ended = (opened(town.named("resident"), permit, town.resident) for _ in range(3))
    actions.assign(by=town.named("clerk"), case=mine, officer=town.clerk)
    actions.move(by=town.named("clerk"), case=waiting, move="ask", values={"message": "Why?"})
    actions.withdraw(by=town.named("resident"), case=ended)
    assert shown(clerk)[0] == old.reference
    assert shown(clerk, "?view=mine") == [mine.reference]
    assert shown(clerk, "?view=overdue") == [old.reference]
    assert shown(clerk, "?view=waiting") == [waiting.reference]
    assert shown(clerk, "?view=ended") == [ended.reference]
    assert shown(clerk, "?view=unassigned") == [old.reference]
    assert len(shown(clerk, "?view=all")) == 4
    with current_time.freeze(mine.due_at - timedelta(minutes=1)):
        assert mine.reference in shown(clerk, "?view=at-risk")
    page = clerk.get("/desk/").content.decode()
    assert ">late by" in page
    assert ">Paused" in page


def test_filters_and_search(town: Town, permit: ServiceVersion, case: Case, clerk: CheckedClient):
    other = offer("stage-permit", PERMIT | {"name": "Stage permit", "words": ["panggung"]})
    stage = opened(town.named("resident"), other, town.resident)
    assert shown(clerk, "?service=stage-permit") == [stage.reference]
    assert shown(clerk, "?q=panggung") == [stage.reference]
    assert shown(clerk, f"?q={case.reference.lower().replace('-', '')}") == [case.reference]
    assert shown(clerk, f"?q={case.reference[6:10]}") == [case.reference]
    assert len(shown(clerk, "?q=dermaga")) == 2
    assert shown(clerk, "?q=warga") == [], "nobody is found by who they are"
    assert len(shown(clerk, "?area=1.1.1")) == 2
    assert shown(clerk, "?state=done") == []
    assert "No case fits" in clerk.get("/desk/?state=done").content.decode()


def test_page_by_page_with_the_filters_kept(
    town: Town, permit: ServiceVersion, clerk: CheckedClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queries.desk, "QUEUE_PAGE_SIZE", 2)
    cases = [opened(town.named("resident"), permit, town.resident) for _ in range(3)]
    first = clerk.get("/desk/?service=stall-permit")
    second = clerk.get(first.context["next"])
    seen = [row.case.pk for page in (first, second) for row in page.context["rows"]]
    assert sorted(seen) == sorted(case.pk for case in cases)
    assert "service=stall-permit" in first.context["next"]
    assert second.context["next"] == ""
    assert second.context["first"] == "/desk/?view=due&service=stall-permit"


def test_few_queries_however_many_rows(town: Town, permit: ServiceVersion, clerk: CheckedClient):
    clerk.get("/desk/")  # what every page keeps in the process is read once
    numbers = []
    for count in (1, 4):
        for _ in range(count):
            opened(town.named("resident"), permit, town.resident)
        queue_counts.clear_cache()
        with CaptureQueriesContext(connection) as captured:
            clerk.get("/desk/")
        numbers.append(len(captured))
    assert numbers[0] == numbers[1] <= MOST_QUERIES
    with CaptureQueriesContext(connection) as captured:
        clerk.get("/desk/")
    assert len(captured) <= MOST_QUERIES_AGAIN, "choices and numbers are remembered"


def test_numbers_of_today(town: Town, permit: ServiceVersion, clerk: CheckedClient):
    late(town, permit)
    ended = opened(town.named("resident"), permit, town.resident)
    with current_time.freeze(ended.opened_at + timedelta(seconds=1)):
        actions.withdraw(by=town.named("resident"), case=ended)
    page = clerk.get("/desk/")
    numbers = page.context["numbers"]
    sentence = " ".join(re.sub("<[^>]+>", " ", page.content.decode()).split())
    assert f"{formats.duration(1)} was the usual time of the cases that ended today" in sentence
    assert (numbers["opened"], numbers["ended"], numbers["took"]) == (1, 1, pytest.approx(1))


@pytest.mark.parametrize(
    "query",
    [
        "?view=%01&service=%01&q=%01",
        "?q=%27%3B+DROP+TABLE+cases_case%3B--&view=nonsense&state=x&area=x&service=x",
        "?after=%01_1&view=ended",
        "?after=-_5&view=ended",
        "?after=2026-01-01_1",
        "?after=9999-12-31T23:59:59%2B00:00_99999999999999999999999",
        "?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "?q=" + "x" * 3000,
        "?q=%FF%FE",
    ],
)
def test_hostile_addresses_do_no_harm(case: Case, clerk: CheckedClient, query: str):
    response = clerk.get(f"/desk/{query}")
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_ticked_cases_are_taken_and_others_are_not(town: Town, permit: ServiceVersion, clerk: CheckedClient):
    first, second = (opened(town.named("resident"), permit, town.resident) for _ in range(2))
    elsewhere = opened(town.named("resident"), offer("road", PERMIT | {"agency": "roads"}), town.resident)
    sent = {"case": [first.reference, elsewhere.reference, "nothing", "\x01"]}
    response = clerk.post("/desk/?view=unassigned", sent)
    assert (response.status_code, response["Location"]) == (303, "/desk/?view=unassigned")
    assert list(Case.objects.filter(assignee=town.clerk)) == [first]
    assert "could not be taken" in clerk.get("/desk/").content.decode()
    assert second.reference in shown(clerk, "?view=unassigned")


def test_rows_name_the_resident_and_the_day_to_whom_may_see_identities(
    town: Town, case: Case, head: CheckedClient, clerk: CheckedClient
):
    page = head.get("/desk/").content.decode()
    assert "Warga Contoh" in page
    assert f'data-label="Received">{formats.day_short(case.opened_at)}' in page
    page = clerk.get("/desk/").content.decode()
    assert "Warga Contoh" not in page
    assert '<td class="person"' not in page


def test_names_in_the_queue_are_logged_once_a_day_and_only_those(
    town: Town, permit: ServiceVersion, case: Case, head: CheckedClient, clerk: CheckedClient
):
    opened(town.named("neighbour"), permit, town.neighbour)
    for client in (head, head, clerk):
        client.get("/desk/")
    client.get("/desk/?view=ended")
    entries = AccessLog.objects.filter(what="queue")
    assert {(entry.resident, entry.officer, entry.purpose) for entry in entries} == {
        (town.resident, town.head, "casework"),
        (town.neighbour, town.head, "casework"),
    }
    assert len(entries) == 2
    line = reads_by_officer([town.head], formats.today())[town.head.pk]
    assert line.counts.reads == 0, "a list that everybody opens is no unusual reading"


def test_the_queue_names_nobody_of_a_report(town: Town, head: CheckedClient):
    service = offer("pothole", PERMIT | {"kind": "report"})
    report = opened(town.named("resident"), service, town.resident)
    assert kinds.get(report.kind).private
    page = head.get("/desk/").content.decode()
    assert report.reference in page
    assert "Warga Contoh" not in page
    assert not AccessLog.objects.filter(what="queue").exists()
