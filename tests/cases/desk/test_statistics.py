"""Statistics of a day: opened, decided, overdue and duration, compared with earlier weeks."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.cases import actions
from kini.core import current_time
from kini.services.models import ServiceVersion
from tests.cases.conftest import MONDAY
from tests.cases.desk.conftest import Browse
from tests.cases.town import PERMIT, Town, employed, offer, opened
from tests.pagechecks import CheckedClient

MOST_QUERIES = 12


def decide(town: Town, permit: ServiceVersion, begun: datetime, ended: datetime) -> None:
    """A permit that came in and was refused at these moments."""
    with current_time.freeze(begun):
        case = opened(town.named("resident"), permit, town.resident)
    with current_time.freeze(ended):
        actions.move(by=town.named("clerk"), case=case, move="reject", values={"reason": "No."})


@pytest.fixture
def weeks(town: Town, permit: ServiceVersion) -> Iterator[None]:
    """Of this Monday and the one before: two came in and were decided, one of them late; one came in a week ago."""
    with current_time.freeze(MONDAY - timedelta(weeks=1)):
        opened(town.named("resident"), permit, town.resident)
    decide(town, permit, MONDAY - timedelta(days=20), MONDAY + timedelta(hours=2))
    decide(town, permit, MONDAY, MONDAY + timedelta(hours=2))
    with current_time.freeze(MONDAY):
        opened(town.named("resident"), offer("roads", PERMIT | {"agency": "roads"}), town.resident)
    with current_time.freeze(MONDAY + timedelta(hours=5)):
        yield


def test_the_day_and_the_same_day_of_earlier_weeks(weeks: None, head: CheckedClient):
    response = head.get("/desk/numbers/")
    came, decided, late, took = [values for _what, values, _words in response.context["measures"]]
    assert came == [0, 0, 0, 0, 0, 0, 1, 1]
    assert decided == [0, 0, 0, 0, 0, 0, 0, 2]
    assert late[-1] == 1
    assert took[-1] == (20 * 24 + 2 + 2) / 2 * 3600
    page = response.content.decode()
    assert re.search(r'role="img"\s+aria-label="Received: from 0 to 1 in eight weeks"', page)
    assert "Monday, 23 November 2026, until now" in page


@pytest.mark.parametrize(("by", "title"), [("service", "Stall permit"), ("unit", "registry-pier")])
def test_by_service_and_by_unit(weeks: None, head: CheckedClient, by: str, title: str):
    (group,) = head.get("/desk/numbers/", {"by": by}).context["rows"]
    assert (group.title, group.opened[-2:], group.ended[-1], group.late[-1]) == (title, [1, 1], 2, 1)
    assert group.took[-1] == 242 * 3600


def test_another_day_and_nonsense(weeks: None, head: CheckedClient):
    response = head.get("/desk/numbers/", {"day": "2026-11-16"})
    assert response.context["measures"][0][1] == [0, 0, 0, 0, 0, 0, 0, 1]
    assert "until now" not in response.content.decode()
    for day in ("2099-01-01", "x", "2026-02-31", "0001-01-01", "\x01"):
        assert head.get("/desk/numbers/", {"day": day}).context["is_today"]
    assert "Nothing was received" in head.get("/desk/numbers/", {"day": "2020-01-01"}).content.decode()


def test_the_city_counts_by_its_own_clocks(town: Town, permit: ServiceVersion, head: CheckedClient):
    with current_time.freeze(datetime(2026, 11, 22, 17, 30, tzinfo=UTC)):  # half past midnight in the town
        opened(town.named("resident"), permit, town.resident)
    with current_time.freeze(MONDAY):
        assert head.get("/desk/numbers/").context["measures"][0][1][-1] == 1


def test_queries_do_not_grow(weeks: None, head: CheckedClient):
    with CaptureQueriesContext(connection) as captured:
        head.get("/desk/numbers/")
    assert len(captured) <= MOST_QUERIES


def test_it_is_for_those_who_lead_and_of_their_agency(weeks: None, town: Town, clerk: CheckedClient, browse: Browse):
    assert clerk.get("/desk/numbers/").status_code == 403
    elsewhere = browse(employed("+6281200000032", "Kepala Jalan", town.roads, "head"))
    assert elsewhere.get("/desk/numbers/").context["measures"][0][1][-1] == 1
