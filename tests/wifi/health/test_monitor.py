"""From packets and heartbeats to states, outages, alerts and availability; and who sees them."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from kini.city.models import Agency
from kini.core import current_time
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.messages.models import Message
from kini.wifi import actions, config
from kini.wifi.events import OutagesBegan
from kini.wifi.health import desk, queries
from kini.wifi.health.rules import State
from kini.wifi.jobs import tell_down
from kini.wifi.models import AccessPoint, Availability, Health, Outage, Site
from tests.cases.town import employed
from tests.wifi.accounting.test_spool import collected, folder, told, write  # noqa: F401 -- a fixture
from tests.wifi.conftest import BY, WIFI, says
from tests.wifi.radius.test_authorization import NOON

HEADER = "site,name,kind,provider,latitude,longitude,area,mac,nas_address,nas_identifier,secret,capacity"
POINTS = [
    "q1,Quiet corner,square,fast,38.7451,-9.4301,VS-3,00:10:a4:23:19:c0,10.1.0.1,ap-p1,sixteen-or-more-1,2",
    "q2,Loud corner,square,slow,38.7300,-9.4750,VS-1,00:10:a4:23:19:c2,10.1.0.2,,sixteen-or-more-2,",
]
MAC = "00-10-A4-23-19-C2"
NOW = int(NOON.timestamp())
HEALTH = "health: [{since: 2026-01-01, down_minutes: 30, quiet_hours: 24}]\nagency: balcao\n"


@pytest.fixture
def network(town, bring):
    says(town, HEALTH, "watch-network")
    assert bring(*POINTS, header=HEADER).faults == []


def check(at):
    with current_time.freeze(at):
        return actions.check_health(by=BY)


def after(**time):
    return NOON + timedelta(**time)


def states():
    return dict(Health.objects.values_list("access_point__site__code", "state"))


def beat(client, at, address="10.1.0.2", mac=MAC):
    with current_time.freeze(at):
        return client.get(f"/wifi/alive/{mac}/", REMOTE_ADDR=address).status_code


@pytest.fixture
def down(network, client):
    """The loud corner sent a heartbeat at noon, and nothing after that."""
    assert beat(client, NOON) == 200
    assert check(after(minutes=31)).begun == 1
    return Outage.objects.get()


def test_accounting_says_which_are_up_and_which_are_full(network, folder):  # noqa: F811
    write(folder, told(), told(session="s2", station="AC-DE-48-00-11-33"))
    collected(folder)
    assert check(after(minutes=1)).points == 2
    assert states() == {"q1": "busy", "q2": "unknown"}
    check(after(minutes=30))
    assert states()["q1"] == "silent"
    assert check(after(hours=23)).begun == 0
    assert check(after(hours=25)).begun == 1
    assert Outage.objects.get().began_at == NOON


def test_a_heartbeat_is_believed_from_the_access_points_own_address_alone(network, client):
    assert beat(client, NOON, address="10.1.0.1") == 404
    assert beat(client, NOON, mac="nothing") == 404
    assert beat(client, NOON, mac="00-10-A4-23-19-C9") == 404
    assert not Health.objects.exists()
    assert beat(client, NOON) == 200
    check(after(minutes=10))
    assert states() == {"q1": "unknown", "q2": "up"}


def test_an_outage_lasts_from_the_last_sign_to_the_next(down, client):
    assert (down.began_at, down.found_at, down.ended_at, down.cause) == (NOON, after(minutes=31), None, "unknown")
    assert check(after(minutes=60)).begun == 0
    assert beat(client, after(minutes=70)) == 200
    assert check(after(minutes=71)).ended == 1
    down.refresh_from_db()
    assert (down.ended_at, down.cause) == (after(minutes=70), "unknown")


def test_one_that_begins_anew_when_it_comes_back_had_no_power(down, folder):  # noqa: F811
    write(folder, told("Accounting-On", NOW + 3600, nas="10.1.0.2"))
    with current_time.freeze(after(hours=2)):
        actions.collect_packets(by=BY, folder=folder)
    check(after(minutes=65))
    down.refresh_from_db()
    assert (down.ended_at, down.cause) == (after(minutes=60), "power")


def test_officers_who_watch_are_told_once(down):
    head = employed("+351912000001", "Chefe", Agency.objects.get(pk="balcao"), "head")
    for _again in range(2):
        tell_down(OutagesBegan(outages=[down.pk]))
    message = Message.objects.get()
    assert message.user == head.user
    assert "Loud corner" in message.text
    assert message.link == "/desk/wifi/health/"


def test_availability_is_counted_from_outages_alone(down, client):
    Health.objects.filter(access_point__site__code="q1").update(first_heard_at=NOON)
    beat(client, after(hours=6))
    check(after(hours=6, minutes=1))
    for _again in range(2):
        with current_time.freeze(after(hours=12)):
            actions.update_availability(by=BY, month=date(2026, 11, 1))
    availability = {each.provider: each for each in Availability.objects.all()}
    assert {name: (each.open_seconds, each.down_seconds, each.outages) for name, each in availability.items()} == {
        "fast": (12 * 3600, 0, 0),
        "slow": (12 * 3600, 6 * 3600, 1),
    }
    assert (availability["slow"].area_id, availability["slow"].points) == ("VS-1", 1)


@pytest.mark.parametrize("removed", [AccessPoint, Site])
def test_what_is_not_in_use_any_more_is_not_down(down, removed):
    check(after(hours=1))
    if removed is Site:
        Site.objects.filter(code="q2").update(active=False)
    else:
        AccessPoint.objects.filter(mac=MAC).update(active=False)
    assert check(after(hours=2)).ended == 1
    assert not queries.open_outages().exists()
    for month, now in ((11, after(hours=12)), (12, NOON + timedelta(days=20))):
        with current_time.freeze(now):
            actions.update_availability(by=BY, month=date(2026, month, 1))
    availability = Availability.objects.get()  # nothing of it counts in December
    assert (availability.month, availability.open_seconds, availability.down_seconds) == (date(2026, 11, 1), 3600, 3600)


def test_residents_see_it_with_its_age(down, client):
    with current_time.freeze(after(minutes=32)):
        assert queries.site_health(AccessPoint.objects.get(mac=MAC).site_id).state is State.DOWN
        assert "does not work" in client.get("/wifi/q2/").content.decode()
        listed = client.get("/wifi/").content.decode()
        assert "does not work" in listed
        assert "unknown whether" not in listed
        (first, second) = client.get("/api/v1/wifi/points?near=38.73,-9.475").json()["items"]
    assert (first["state"], first["heard_at"][:16]) == ("down", "2026-11-23T12:00")
    assert (second["state"], second["heard_at"]) == ("unknown", None)


def test_officers_see_what_their_agency_watches(down, client):
    head = employed("+351912000001", "Chefe", Agency.objects.get(pk="balcao"), "head")
    with current_time.freeze(after(hours=1)):
        actions.update_availability(by=BY, month=date(2026, 11, 1))
        client.force_login(head.user)
        html = client.get("/desk/wifi/health/?month=2026-11").content.decode()
        assert "Loud corner" in html
        answer = client.get("/desk/wifi/availability.csv?month=2026-11")
        (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert (row["provider"], row["area"], row["availability_percent"]) == ("slow", "VS-1", "0.0")
        network = WIFI + HEALTH + "providers: {slow: obras}\n"
        (config.Path(config.settings.CITY_PATH) / "wifi.yaml").write_text(network, "utf-8")
        config._once.cache_clear()
        assert "Loud corner" not in client.get("/desk/wifi/health/").content.decode()


def test_the_worst_stand_on_the_page_and_all_in_the_table(down, client, monkeypatch):
    monkeypatch.setattr(desk, "LINES", 1)
    head = employed("+351912000001", "Chefe", Agency.objects.get(pk="balcao"), "head")
    Health.objects.filter(access_point__site__code="q1").update(first_heard_at=NOON)
    with current_time.freeze(after(hours=49)):
        actions.update_availability(by=BY, month=date(2026, 11, 1))
        client.force_login(head.user)
        html = client.get("/desk/wifi/health/?month=2026-11").content.decode()
        rows = client.get("/desk/wifi/availability.csv?month=2026-11").content.decode().splitlines()[1:]
    assert [row.split(",")[1] for row in rows] == ["slow", "fast"]
    table = html.partition(">Availability<")[2]
    assert "slow" in table
    assert "fast" not in table
    assert "and 1 more" in table
    assert "(2 days 1 hour)" in html


def test_the_course_of_months_stands_in_a_table_as_well(down, client):
    head = employed("+351912000001", "Chefe", Agency.objects.get(pk="balcao"), "head")
    beat(client, after(hours=6))
    check(after(hours=6, minutes=1))
    client.force_login(head.user)
    with current_time.freeze(after(hours=12)):
        actions.update_availability(by=BY, month=date(2026, 11, 1))
        assert "chart-line" not in client.get("/desk/wifi/health/").content.decode()
    with current_time.freeze(NOON + timedelta(days=20)):
        actions.update_availability(by=BY, month=date(2026, 12, 1))
        html = client.get("/desk/wifi/health/").content.decode()
    assert html.count("chart-line") == 1
    table = html.partition("<details>")[2].partition("</details>")[0]
    cells = [cell.strip() for cell in re.findall("<td[^>]*>(.*?)</td>", table, re.DOTALL)]
    assert cells == ["Dez 2026", "100,00 %", "Nov 2026", "50,00 %"]


def test_only_the_program_checks(network):
    somebody = Actor(ActorKind.OFFICER, user_id=1)
    for operation in (
        lambda: actions.check_health(by=somebody),
        lambda: actions.record_heartbeat(by=somebody, point=AccessPoint.objects.get(mac=MAC)),
        lambda: actions.update_availability(by=somebody, month=date(2026, 11, 1)),
    ):
        with pytest.raises(NotAllowed):
            operation()
