"""The public pages of a disease, by HTTP."""

import io
import json
from collections.abc import Callable

import pyarrow.parquet as pq
import pytest

from kini.epidemic.models import CaseRecord, PublishedAreas, PublishedDay
from kini.epidemic.spread.downloads import TABLES
from tests.epidemic.spread.conftest import ALSO_MANY, LAST, MANY, ONE, publish
from tests.pagechecks import CheckedClient

PAGE = "/epidemic/covid-19/"


@pytest.fixture
def client(client: CheckedClient) -> CheckedClient:
    """Visitor who reads English."""
    client.cookies["kini_language"] = "en"
    return client


def test_first_look_without_cases(client: CheckedClient, jakarta: None) -> None:
    assert "There are no figures yet" in client.get(PAGE).text
    assert client.get("/epidemic/").status_code == 200
    assert client.get("/epidemic/plague/").status_code == 404


def test_today_on_one_page(client: CheckedClient, wave: None) -> None:
    page = client.get(PAGE).text
    assert "12 July 2021" in page
    assert "Rt" in page
    assert "up from" in page
    assert "HK.01.07/MENKES/4805/2021" in page  # the rule of that day
    assert f"/areas/{MANY}/" in page


def test_a_past_day_is_computed_by_its_rule(client: CheckedClient, wave: None) -> None:
    """Before 3 July 2021 no rule of levels was in force."""
    page = client.get(f"{PAGE}?on=2021-07-02").text
    assert "2 July 2021" in page
    assert "MENKES/4805" not in page
    assert client.get(f"{PAGE}?on=2019-01-01").status_code == 404
    assert client.get(f"{PAGE}?on=yesterday").status_code == 404


def test_areas_are_sorted_and_hidden_ones_said(client: CheckedClient, wave: None) -> None:
    page = client.get(f"{PAGE}areas/").text
    assert "hidden" in page
    assert page.index(f"/areas/{MANY}/") < page.index(f"/areas/{ONE}/")
    assert client.get(f"{PAGE}areas/?sort=name&level=kecamatan").status_code == 200
    assert client.get(f"{PAGE}areas/?sort=nonsense").status_code == 404


def test_page_of_a_kelurahan(client: CheckedClient, wave: None) -> None:
    page = client.get(f"{PAGE}areas/{MANY}/").text
    assert "35 cases" in page
    assert "epi-curve" in page
    page = client.get(f"{PAGE}areas/{ONE}/").text
    assert "Fewer than 5 cases" in page


def test_my_kelurahan_is_remembered(client: CheckedClient, wave: None) -> None:
    assert client.get(f"{PAGE}mine/").status_code == 200
    assert client.post(f"{PAGE}mine/", {"area": "31"}).status_code == 422
    assert client.post(f"{PAGE}mine/", {"area": MANY}).url == f"{PAGE}areas/{MANY}/"
    assert client.get(f"{PAGE}mine/").url == f"{PAGE}areas/{MANY}/"


@pytest.mark.parametrize("path", ["method/", "data/"])
def test_further_pages(client: CheckedClient, wave: None, path: str) -> None:
    assert client.get(f"{PAGE}{path}").status_code == 200


def test_downloads_agree_and_have_their_dictionary(client: CheckedClient, wave: None) -> None:
    for name, table in TABLES.items():
        as_json = json.loads(client.get(f"{PAGE}data/{name}.json").content)
        parquet = pq.read_table(io.BytesIO(client.get(f"{PAGE}data/{name}.parquet").content))
        lines = client.get(f"{PAGE}data/{name}.csv").text.splitlines()
        names = [column.name for column in table.columns]
        assert [each["name"] for each in as_json["columns"]] == parquet.schema.names == names
        assert len(as_json["rows"]) == parquet.num_rows == len(lines) - 1 > 0
        assert parquet.to_pylist()[-1] == as_json["rows"][-1]
        assert parquet.schema.field(0).metadata[b"about"]
        assert parquet.schema.metadata[b"licence"]
    assert client.get(f"{PAGE}data/people.csv").status_code == 404
    assert len(client.get(f"{PAGE}data/dictionary.csv").text.splitlines()) > 30


def test_publishing_again_changes_nothing(wave: None) -> None:
    before = list(PublishedDay.objects.order_by("day").values_list("day", "published_at"))
    assert publish() == 0
    assert list(PublishedDay.objects.order_by("day").values_list("day", "published_at")) == before


def test_a_late_report_changes_the_city_but_not_the_kelurahan(
    wave: None, add_cases: Callable[..., list[CaseRecord]]
) -> None:
    add_cases(MANY, LAST.replace(day=8), 1)
    publish()
    assert PublishedDay.objects.get(day=LAST.replace(day=8)).read().by_report[-1] == 9
    areas = PublishedAreas.objects.order_by("-last")[0].read()
    assert areas.areas[MANY].cases == 35
    assert areas.areas[ALSO_MANY].cases == 14
