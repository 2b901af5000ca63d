"""What is late and why, for those who lead."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kini.cases import actions
from kini.core import moments
from kini.services.models import ServiceVersion
from tests.cases.town import PERMIT, Town, offer, opened
from tests.pagechecks import CheckedClient

MOST_QUERIES = 10


def test_late_cases_by_service_and_unit_with_reasons(town: Town, permit: ServiceVersion, head: CheckedClient):
    assert "Nothing is late" in head.get("/desk/overdue/").content.decode()
    with moments.at(moments.now() - timedelta(days=30)):
        late = [opened(town.named("resident"), permit, town.resident) for _ in range(3)]
        opened(town.named("resident"), offer("roads", PERMIT | {"agency": "roads"}), town.resident)
    opened(town.named("resident"), permit, town.resident)
    actions.assign(by=town.named("head"), case=late[0], officer=town.head)
    actions.move(by=town.named("clerk"), case=late[1], move="accept")
    actions.move(by=town.named("clerk"), case=late[2], move="ask", given={"message": "?"})
    with CaptureQueriesContext(connection) as captured:
        response = head.get("/desk/overdue/")
    assert len(captured) <= MOST_QUERIES
    (group,) = response.context["rows"]
    assert (group.count, group.without, group.unit) == (3, 2, "registry-pier")
    assert len(list(group.why)) == 5
    assert "view=overdue&amp;service=stall-permit" in response.content.decode()


def test_it_is_for_those_who_lead(clerk: CheckedClient):
    assert clerk.get("/desk/overdue/").status_code == 403
    assert "What is late, and why" not in clerk.get("/desk/").content.decode()
