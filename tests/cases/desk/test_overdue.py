"""Overdue cases and their causes, for heads of agencies."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.cases import actions
from kini.cases.models import Case
from kini.core import current_time
from kini.services.models import ServiceVersion
from tests.cases.desk.conftest import Browse
from tests.cases.town import PERMIT, Town, employed, offer, opened
from tests.pagechecks import CheckedClient

MOST_QUERIES = 12


@pytest.fixture
def late(town: Town, permit: ServiceVersion) -> list[Case]:
    """Three late permits: at the head's, in the head's hands at the clerks', and with the resident."""
    with current_time.freeze(current_time.now() - timedelta(days=30)):
        late = [opened(town.named("resident"), permit, town.resident) for _ in range(3)]
        opened(town.named("resident"), offer("roads", PERMIT | {"agency": "roads"}), town.resident)
    opened(town.named("resident"), permit, town.resident)
    actions.assign(by=town.named("head"), case=late[0], officer=town.head)
    actions.move(by=town.named("clerk"), case=late[1], move="accept")
    actions.move(by=town.named("clerk"), case=late[2], move="ask", values={"message": "?"})
    return late


def test_on_time_nothing_stands_there(town: Town, permit: ServiceVersion, head: CheckedClient):
    assert "Nothing is late" in head.get("/desk/overdue/").content.decode()


def test_late_cases_by_service_with_reasons(late: list[Case], head: CheckedClient):
    with CaptureQueriesContext(connection) as captured:
        response = head.get("/desk/overdue/")
    assert len(captured) <= MOST_QUERIES
    (group,) = response.context["rows"]
    assert (group.count, group.without, group.resting) == (3, 2, 1)
    assert group.steps == {"Check": 1, "Decision": 1, "Correction": 1}
    assert group.waits == {"Clerk": 1, "Head of office": 1, "The resident": 1}
    page = response.content.decode()
    assert "view=overdue&amp;service=stall-permit" in page
    assert "Warga Contoh" not in page


@pytest.mark.parametrize(
    ("by", "titles"),
    [
        ("unit", {"registry-pier": 3}),
        ("officer", {"Kepala Kantor": 1, "Nobody yet": 2}),
        ("step", {"Check": 1, "Decision": 1, "Correction": 1}),
        ("nonsense", {"Stall permit": 3}),
    ],
)
def test_a_head_groups_by_unit_officer_or_step(late: list[Case], head: CheckedClient, by: str, titles: dict[str, int]):
    rows = head.get("/desk/overdue/", {"by": by}).context["rows"]
    assert {group.title: group.count for group in rows} == titles


@pytest.mark.parametrize(
    ("sort", "first"), [("count", "Nobody yet"), ("title", "Kepala Kantor"), ("since", "Kepala Kantor")]
)
def test_a_head_sorts(late: list[Case], head: CheckedClient, sort: str, first: str):
    rows = head.get("/desk/overdue/", {"by": "officer", "sort": sort}).context["rows"]
    assert rows[0].title == first


def test_the_cases_that_are_late_the_longest_come_first(late: list[Case], head: CheckedClient):
    shown = head.get("/desk/overdue/").context["longest"]
    assert [case.pk for case, *_words in shown] == [case.pk for case in late]


def test_the_table_has_every_late_case_and_nobody(late: list[Case], head: CheckedClient):
    response = head.get("/desk/overdue/table.csv")
    assert response["Content-Type"].startswith("text/csv")
    text = b"".join(response.streaming_content).decode()
    rows = list(csv.DictReader(StringIO(text)))
    assert [row["Number"] for row in rows] == [case.reference for case in late]
    assert [row["Waiting for"] for row in rows] == ["Clerk", "Head of office", "The resident"]
    assert [row["With an officer"] for row in rows] == ["yes", "no", "no"]
    assert all(int(row["Days late"]) > 20 for row in rows)
    for name in ("Warga", "Kepala Kantor", "Petugas", "3171", "Camar"):
        assert name not in text


def test_it_is_for_those_who_lead(late: list[Case], clerk: CheckedClient, browse: Browse, town: Town):
    assert clerk.get("/desk/overdue/").status_code == 403
    assert clerk.get("/desk/overdue/table.csv").status_code == 403
    assert "What is late, and why" not in clerk.get("/desk/").content.decode()
    elsewhere = browse(employed("+6281200000032", "Kepala Jalan", town.roads, "head"))
    (group,) = elsewhere.get("/desk/overdue/").context["rows"]
    assert group.count == 1
    assert late[0].reference not in b"".join(elsewhere.get("/desk/overdue/table.csv").streaming_content).decode()
