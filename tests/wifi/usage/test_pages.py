"""Usage pages, public and at the desk; small counts are suppressed everywhere."""

import csv
import io
import re
from datetime import date, timedelta

import pytest

from kini.city.models import Agency
from kini.wifi.models import ClosedDay, Use
from kini.wifi.usage import queries
from tests.cases.town import employed
from tests.wifi.conftest import PARK, SCHOOL, SQUARE, says

MONTH = date(2026, 11, 1)
MONDAY = date(2026, 11, 23)


def use(span="month", begins=MONTH, by="city", of="", people=0, devices=0, **more):
    figures = {"sessions": devices * 3, "accesses": devices * 2, "seconds": devices * 60, "octets": devices * 1_000_000}
    figures |= {"peak": None if by == "hour" else devices, "capacity": None} | more
    return Use(span=span, begins=begins, by=by, of=of, people=people, devices=devices, **figures)


@pytest.fixture
def counted(town, bring):
    says(town, "agency: balcao\n", "watch-network")
    bring(PARK, SCHOOL, SQUARE)
    Use.objects.bulk_create(
        [
            use(people=1234, devices=2345, peak=90, capacity=120),
            use("all", people=1234, devices=2345),
            *(use("day", MONDAY + timedelta(days=n), people=600 + n, devices=900 + n) for n in range(2)),
            *(use("day", MONDAY, "hour", str(hour), hour * 9, hour * 11) for hour in range(24)),
            use(by="kind", of="park", people=1000, devices=2000),
            use(by="kind", of="school", people=3, devices=77),
            use(by="kind", of="square", people=200, devices=333),
            use(by="area", of="VS-1", people=900, devices=1900),
            use(by="area", of="VS-3", people=300, devices=445),
            use(by="site", of="p1", people=900, devices=1900),
        ]
    )


def lines(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_the_page_names_its_units_and_hides_small_counts(client, counted):
    html = client.get("/wifi/served/").content.decode()
    html = re.sub(r"(?<=\d)[^\w<](?=\d{3}\b)", "", html)
    for words in ("1234", "2345", "each counted once", "75 %", "Sample figures", "Porto Velho"):
        assert words in html
    assert "77" not in html.partition("By kind of place")[2].partition("By area")[0]
    assert "333" not in html.partition("By kind of place")[2].partition("By area")[0]
    assert html.count('class="heat-') == 48
    ClosedDay.objects.create(day=MONDAY, closed_at="2026-11-24T12:00Z")
    assert not queries.made_up(MONTH)


def test_tables_leave_out_what_the_page_does(client, counted):
    kinds = {row["of"]: row for row in lines(client.get("/wifi/served/kind.csv?month=2026-11"))}
    assert (kinds["park"]["people"], kinds["park"]["devices"]) == ("1000", "2000")
    assert {kinds[name][unit] for name in ("school", "square") for unit in queries.FIGURES} == {""}
    hours = lines(client.get("/wifi/served/hour.csv"))
    assert (len(hours), hours[0]["weekday"], hours[3]["devices_mean"]) == (48, "1", "33.0")
    assert [row["devices"] for row in lines(client.get("/wifi/served/day.csv"))] == ["900", "901"]
    assert client.get("/wifi/served/site.csv").status_code == 404
    assert client.get("/wifi/served/?month=1999-01").status_code == 404


def test_the_map_shades_areas(client, counted):
    html = client.get("/wifi/served/").content.decode()
    assert 'aria-label="Devices per thousand residents"' in html
    assert "<title>Porto Velho: " in html


def test_without_figures_it_says_so(client, town):
    assert "There are no figures yet" in client.get("/wifi/served/").content.decode()


def test_officers_take_each_site_with_them(client, counted):
    head = employed("+351912000001", "Chefe", Agency.objects.get(pk="balcao"), "head")
    client.force_login(head.user)
    (row,) = lines(client.get("/desk/wifi/sites.csv?month=2026-11"))
    assert (row["site"], row["area"], row["devices"]) == ("p1", "VS-1", "1900")
    assert "public figures" in client.get("/desk/wifi/health/").content.decode()
