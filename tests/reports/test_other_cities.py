"""Reports in other cities: sent once without names, also when an answer is lost, followed, and never moved back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.core import current_time, retention
from kini.core.actors import ActionRefused, NotAllowed, system
from kini.exchange.models import OutboxEntry
from kini.exchange.public import outbox
from kini.reports import actions
from kini.reports.models import OutsideRequest
from kini.reports.open311.other_cities import GeoReportServer
from kini.reports.open311.other_city_destination import follow_all
from tests.cases.town import Town
from tests.environment import replace
from tests.pagechecks import CheckedClient
from tests.reports.other_city import KEY, OtherCity, other_city


@pytest.fixture
def there() -> Iterator[OtherCity]:
    with other_city() as city:
        yield city


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cities.toml"


@pytest.fixture
def server(there: OtherCity, settings: Settings, file: Path) -> GeoReportServer:
    file.write_text(
        f'[seberang]\nadapter = "georeport"\ntitle = "Kota Seberang"\naddress = "{there.address}"\nkey = "{KEY}"\n'
        'services = { broken-lamp = "lamp" }\n'
    )
    settings.ENV = replace(settings.ENV, other_cities=file)
    return GeoReportServer("seberang", address=there.address, key=KEY, services={"broken-lamp": "lamp"})


def sent(town: Town, report: Case, server: GeoReportServer) -> OutsideRequest:
    actions.file_elsewhere(by=town.named("head"), case=report, city=server)
    outbox.deliver("open311")
    return OutsideRequest.objects.get(case=report)


def try_again() -> None:
    with current_time.freeze(current_time.now() + timedelta(minutes=20)):
        outbox.deliver("open311")


def test_words_and_place_leave_the_city_and_nothing_else(
    town: Town, report: Case, there: OtherCity, server: GeoReportServer
):
    assert sent(town, report, server).their_id == "1"
    [row] = there.filed
    assert row["description"] == f"A lamp\n[{report.reference}]"
    assert (row["lat"], row["long"]) == ("-6.110000", "106.800000")
    assert row["form"] == ["api_key", "description", "lat", "long", "service_code"]
    with pytest.raises(ActionRefused, match="before"):
        actions.file_elsewhere(by=town.named("head"), case=report, city=server)
    with pytest.raises(NotAllowed):
        actions.file_elsewhere(by=town.named("clerk"), case=report, city=server)


def test_a_lost_answer_makes_no_second_report(town: Town, report: Case, there: OtherCity, server: GeoReportServer):
    there.losing = 1
    assert sent(town, report, server).state == "sending"
    try_again()
    assert OutsideRequest.objects.get().their_id == "1"
    assert len(there.filed) == 1


def test_a_server_that_is_down_gets_it_later(town: Town, report: Case, there: OtherCity, server: GeoReportServer):
    there.down = True
    assert sent(town, report, server).state == "sending"
    there.down = False
    try_again()
    assert OutsideRequest.objects.get().state == "filed"


def test_a_refusal_is_final(town: Town, report: Case, there: OtherCity, server: GeoReportServer, file: Path):
    file.write_text(file.read_text().replace('"lamp"', '"unknown"') + "\n")
    assert sent(town, report, server).state == "failed"
    assert OutboxEntry.objects.get().state == "dead"
    assert there.filed == []


def test_a_token_becomes_a_number_and_a_state_is_followed(
    town: Town, report: Case, there: OtherCity, server: GeoReportServer
):
    there.tokens = True
    assert sent(town, report, server).token == "t1"
    assert follow_all() == 1
    assert OutsideRequest.objects.get().their_id == "1"
    there.change(0, "closed", "2026-12-01T12:00:00+07:00", "Mended")
    assert follow_all() == 1
    assert follow_all() == 0
    outside = OutsideRequest.objects.get()
    assert (outside.status, outside.status_notes) == ("closed", "Mended")
    there.change(0, "open", "2026-12-01T10:00:00+07:00", "Late news")
    assert follow_all() == 0
    assert OutsideRequest.objects.get().status == "closed"
    report.refresh_from_db()
    assert report.closed_at is None
    assert [each.data["text"] for each in report.timeline.filter(sort="noted")] == [
        "Kota Seberang menyatakan: masih terbuka.",
        "Kota Seberang menyatakan: selesai. Mended",
    ]


def test_the_desk_shows_what_is_sent_and_the_number_there(
    town: Town, report: Case, there: OtherCity, server: GeoReportServer, client: CheckedClient
):
    client.force_login(town.head.user)
    address = f"/desk/reports/{report.reference}/elsewhere/"
    assert "A lamp" in client.get(address).content.decode()
    assert client.post(address).status_code == 422
    assert client.post(address, {"city": "seberang"}).status_code == 303
    outbox.deliver("open311")
    page = client.get(f"/desk/cases/{report.reference}/").content.decode()
    assert "Kota Seberang" in page
    assert address not in page
    listed = client.get("/desk/reports/unrouted/").content.decode()
    assert report.reference in listed
    assert "Kota Seberang" in listed
    client.force_login(town.resident.user)
    assert "Kota Seberang" in client.get(f"/cases/{report.reference}/").content.decode()


def test_a_wrong_file_is_named(tmp_path: Path):
    for options in ({"address": "http://elsewhere.example"}, {"key": ""}, {"services": {}}):
        with pytest.raises(ValueError, match=r"https|key|services"):
            GeoReportServer("x", **({"address": "https://x.example", "key": "k", "services": {"a": "b"}} | options))


def test_it_goes_with_the_answers_of_the_report(town: Town, report: Case, server: GeoReportServer):
    sent(town, report, server)
    rule = retention.rules.get("reports.outside-requests")
    case = cases.withdraw(by=town.named("resident"), case=report)
    with current_time.freeze(current_time.now() + 6 * retention.YEAR):
        assert retention.apply(rule) == 0
        cases.anonymise(by=system("retention"), case=case)
        assert retention.apply(rule) == 1
