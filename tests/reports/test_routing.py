"""Routing: holes by name, a changed table tried on the reports of the last year, and reports that nobody has."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.city.city_cache import AUDIT_SUBJECT as TABLES
from kini.city.models import Unit
from kini.core import audit, current_time
from kini.core.actors import system
from kini.reports import routing_table as routing
from kini.reports.routing_table import NOBODY, Destination
from kini.services.models import ServiceVersion
from tests.cases.town import Town, employed, opened
from tests.pagechecks import CheckedClient
from tests.reports.conftest import SAID

HEAD = "service,area,agency,unit\n"


def closes(*units: str) -> None:
    """Close units of the town."""
    Unit.objects.filter(pk__in=units).update(active=False)
    audit.record(by=system("tests"), action="city.tables_loaded", subject=TABLES)


def csv(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("table.csv", text.encode(), "text/csv")


def signed_in(client: CheckedClient, town: Town) -> CheckedClient:
    client.force_login(town.head.user)
    return client


@pytest.mark.usefixtures("broken_lamp")
def test_the_row_with_the_smallest_area_decides(town: Town):
    table = routing.present_table()
    assert routing.destination(table, "broken-lamp", "1/1.1/1.1.1") == Destination("registry", "registry-pier")
    assert routing.destination(table, "broken-lamp", "1/1.1") == Destination("registry", "registry-whole")
    assert routing.destination(table, "unknown", "1/1.1") == NOBODY


@pytest.mark.usefixtures("broken_lamp")
def test_holes_are_named(town: Town):
    [whole] = routing.coverage(routing.present_table())
    assert (whole.covered, whole.holes) == (2, [])
    closes("registry-whole", "registry-hill")
    [row] = routing.coverage(routing.present_table())
    assert (row.agency, row.covered, [area.name for area in row.holes]) == ("Catatan", 1, ["Kampung Bukit"])


@pytest.mark.usefixtures("broken_lamp")
def test_the_unit_of_the_whole_city_only_takes_what_is_left(town: Town):
    closes("registry-hill")
    [row] = routing.coverage(routing.present_table())
    assert (row.covered, [area.name for area in row.holes]) == (1, ["Kampung Bukit"])
    closes("registry-pier")
    assert routing.coverage(routing.present_table())[0].holes == [], "an agency without local units has no holes"


def test_a_report_that_only_the_whole_city_s_unit_got_waits_with_the_reason(
    town: Town, broken_lamp: ServiceVersion, client: CheckedClient
):
    closes("registry-pier")
    lost = opened(town.named("resident"), broken_lamp, town.resident, SAID)
    assert lost.unit_id == "registry-whole"
    for text in ("Asked the roads agency", "They answer tomorrow"):
        cases.add_note(by=town.named("head"), case=lost, text=text)
    page = signed_in(client, town).get("/desk/reports/unrouted/").content.decode()
    assert lost.reference in page
    assert "They answer tomorrow" in page
    assert "Asked the roads agency" not in page
    cases.assign(by=town.named("head"), case=lost, officer=town.head)
    assert lost.reference not in client.get("/desk/reports/unrouted/").content.decode()


def test_a_dry_run_counts_by_from_and_to_and_changes_nothing(town: Town, broken_lamp: ServiceVersion, report: Case):
    second = opened(town.named("resident"), broken_lamp, town.resident, SAID)
    cases.transfer(by=town.named("head"), case=second, agency=town.roads, reason="A road")
    with current_time.freeze(current_time.now() - timedelta(days=400)):
        opened(town.named("resident"), broken_lamp, town.resident, SAID)
    content = f"{HEAD}broken-lamp,,registry,registry-whole\nbroken-lamp,1.1.1,roads,roads-pier\n"
    table, errors = routing.read_table("table.csv", content.encode())
    assert errors == []
    changes, total = routing.dry_run(town.named("head"), table)
    before, after = Destination("registry", "registry-pier"), Destination("roads", "roads-pier")
    assert total == 1  # the second one belongs to another agency by now
    assert routing.by_destinations(changes) == [(before, after, 1, 0)]
    changes, total = routing.dry_run(system("tests"), table)
    assert routing.by_destinations(changes) == [(before, after, 2, 1)]
    report.refresh_from_db()
    assert (report.agency_id, report.unit_id) == ("registry", "registry-pier")


@pytest.mark.usefixtures("broken_lamp")
@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("lamp,,registry,", "there is no such report"),
        ("broken-lamp,9.9,registry,", "there is no such area"),
        ("broken-lamp,,harbour,", "there is no such agency"),
        ("broken-lamp,,registry,roads-pier", "has no such unit"),
        ("broken-lamp,,registry,\nbroken-lamp,,roads,", "has the same report and area"),
    ],
)
def test_a_wrong_row_is_named(town: Town, row: str, words: str):
    _table, [error] = routing.read_table("table.csv", f"{HEAD}{row}\n".encode())
    assert words in str(error)


def test_the_page_tries_a_table_and_returns_each_change(town: Town, report: Case, client: CheckedClient):
    signed_in(client, town)
    present = client.get("/desk/reports/unrouted/routing.csv").content.decode()
    assert "broken-lamp,1.1.1,registry,registry-pier" in present
    same = client.post("/desk/reports/unrouted/routing/", {"table": csv(present)}).content.decode()
    assert "0" in same
    changed = present.replace("registry,registry-pier", "roads,roads-pier")
    page = client.post("/desk/reports/unrouted/routing/", {"table": csv(changed)}).content.decode()
    assert "Catatan / registry-pier" in page
    assert f"{town.roads} / roads-pier" in page
    rows = client.post("/desk/reports/unrouted/routing/", {"table": csv(changed), "as": "csv"}).content.decode()
    assert "broken-lamp,1.1.1,registry,registry-pier,roads,roads-pier,1,0" in rows
    wrong = client.post("/desk/reports/unrouted/routing/", {"table": csv("a,b\n1,2\n")})
    assert wrong.status_code == 422
    assert client.post("/desk/reports/unrouted/routing/").status_code == 422


def test_a_report_that_no_rule_sends_anywhere_waits_with_a_clock(
    town: Town, broken_lamp: ServiceVersion, client: CheckedClient
):
    closes("registry-whole", "registry-pier")
    lost = opened(town.named("resident"), broken_lamp, town.resident, SAID)
    signed_in(client, town)
    page = client.get("/desk/reports/unrouted/").content.decode()
    assert lost.reference in page
    assert "<strong>" not in page
    with current_time.freeze(current_time.now() + timedelta(hours=7)):
        assert "<strong>" in client.get("/desk/reports/unrouted/").content.decode()
    cases.assign_unit(by=town.named("head"), case=lost, unit=Unit.objects.get(pk="registry-hill"))
    assert lost.reference not in client.get("/desk/reports/unrouted/").content.decode()


def test_only_who_plans_the_routing_sees_it(town: Town, report: Case, client: CheckedClient):
    client.force_login(employed("+6281200000077", "Petugas", town.registry, "clerk").user)
    for path in ("unrouted/routing/", "unrouted/routing.csv", "unrouted/"):
        assert client.get(f"/desk/reports/{path}").status_code == 403
