"""Public pages and API: the nearest sites, opening hours in local time, and one site."""

from datetime import UTC, datetime

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from kini.core import current_time
from kini.core.geometry import Projection, distance_m
from kini.wifi import actions, rules
from kini.wifi.inventory import queries
from kini.wifi.inventory.site_cache import SiteCache
from kini.wifi.models import Site
from tests.wifi.conftest import BY, PARK, SCHOOL, SQUARE

#: A Monday in the town, which keeps UTC in winter.
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
HERE = {"lat": "38.7300", "lon": "-9.4750"}


@pytest.fixture
def sites(bring):
    """A park with hours of its own, a school with those of its kind, a square that is always open."""
    bring(PARK, SCHOOL, SQUARE)


@pytest.fixture(autouse=True)
def ten():
    with current_time.freeze(MONDAY.replace(hour=10)):
        yield


def read(client, address, **asked):
    response = client.get(address, asked)
    assert response.status_code == 200
    return response.content.decode()


def order(html, *names):
    return sorted(names, key=html.index)


def test_the_nearest_come_first_with_way_and_kind(client, sites):
    response = client.post("/wifi/", HERE)
    html = response.content.decode()
    assert order(html, "Park by the sea", "School on the hill", "Quiet corner") == [
        "Park by the sea",
        "School on the hill",
        "Quiet corner",
    ]
    assert html.count('class="map-dot') == html.count('class="figures-row"') == 3
    assert "1 minute on foot" in html
    assert "Porto Velho" in html


@pytest.mark.parametrize(
    ("words", "first"),
    [("Ribeira Funda", "Quiet corner"), ("Rua da Igreja 3, Santa Luzia do Monte", "School on the hill")],
)
def test_an_area_or_an_address_says_where(client, sites, words, first):
    html = read(client, "/wifi/", near=words)
    assert order(html, "Park by the sea", "School on the hill", "Quiet corner")[0] == first


def test_a_place_that_is_not_there_is_said_and_all_are_listed(client, sites):
    response = client.get("/wifi/", {"near": "Atlantis"})
    assert response.status_code == 422
    html = response.content.decode()
    assert 'id="near-error"' in html
    assert "Atlantis" in html
    assert html.count('class="figures-row"') == 3
    assert client.post("/wifi/", {"lat": "0", "lon": "0"}).status_code == 422


def test_kind_and_open_now_choose(client, sites):
    assert read(client, "/wifi/", kind="park").count('class="figures-row"') == 1
    with current_time.freeze(MONDAY.replace(hour=12, minute=30)):
        html = read(client, "/wifi/", open="now")
        assert "No matches" in read(client, "/wifi/", kind="school", open="now")
    assert html.count('class="figures-row"') == 1
    assert "Quiet corner" in html


def test_open_and_closed_by_the_clocks_of_the_city(sites):
    park, school, square = (Site.objects.get(code=code) for code in ("p1", "s1", "q1"))
    expected = {6: (False, True, False), 9: (True, True, True), 12: (False, True, False), 20: (True, True, False)}
    for hour, (park_open, square_open, school_open) in expected.items():
        at = MONDAY.replace(hour=hour, minute=30)
        assert queries.opening(park, at).open is park_open
        assert queries.opening(square, at).open is square_open
        assert queries.opening(school, at).open is school_open
    assert str(queries.opening(park, MONDAY.replace(hour=8)).closes) == "12:00:00"
    assert queries.opening(square, MONDAY).closes is None


def test_a_site_says_what_is_known_of_it(client, sites):
    html = read(client, "/wifi/p1/")
    for words in ("Park by the sea", "07:00–12:00, 13:00–21:00", "The town", "p1", "until 12:00"):
        assert words in html
    assert "Terça-feira–Domingo" in html
    assert "Around the clock" in read(client, "/wifi/q1/")
    assert "sixteen" not in html
    assert "19-C0" not in html
    assert client.get("/wifi/nowhere/").status_code == 404


def test_the_list_of_an_area_is_kept_for_those_without_a_net(client, sites):
    response = client.post("/wifi/", HERE)
    points, area = response["Kini-Copy-Also"].split()
    assert points == "/wifi/"
    assert "38.73" not in area
    page = client.get(area, headers={"Kini-Copy": "id"})
    assert page["Kini-Copy"] == "same"
    assert "no-store" not in page["Cache-Control"]
    html = page.content.decode()
    for name in ("Park by the sea", "School on the hill", "Quiet corner"):
        assert name in html
    assert client.get("/wifi/areas/nowhere/").status_code == 404
    assert "Kini-Copy-Also" not in client.get("/wifi/")


def test_a_site_that_is_switched_off_is_not_shown(client, bring, sites):
    header = "site,name,kind,latitude,longitude,active"
    bring("p1,Park by the sea,park,38.7302,-9.4751,no", header=header)
    assert client.get("/wifi/p1/").status_code == 404
    assert "Park by the sea" not in read(client, "/wifi/")


def test_made_up_places_are_marked_wherever_they_are_shown(client, town):
    actions.create_sample_points(by=BY, count=30)
    assert "Sample places" in read(client, "/wifi/")
    site = Site.objects.first()
    assert "Sample places" in read(client, f"/wifi/{site.code}/")
    items = client.get("/api/v1/wifi/points?near=38.73,-9.47").json()["items"]
    assert all(item["made_up"] for item in items)


def test_the_home_page_names_the_nearest_to_ones_area(client, sites):
    assert "Free Wi-Fi near you" not in read(client, "/")
    client.cookies["area"] = "VS-2"
    html = read(client, "/")
    assert order(html, "School on the hill", "Quiet corner")[0] == "School on the hill"
    assert "Park by the sea" not in html


def test_a_new_list_is_seen_at_once(client, bring, sites):
    assert "Mill" not in read(client, "/wifi/")
    bring("m1,Mill,park,,38.7303,-9.4752,,,,,")
    assert "Mill" in read(client, "/wifi/")


def test_pages_ask_the_database_little(client, town):
    actions.create_sample_points(by=BY)
    client.post("/wifi/", HERE)
    with CaptureQueriesContext(connection) as captured:
        client.post("/wifi/", HERE)
    assert len(captured) <= 2
    with CaptureQueriesContext(connection) as captured:
        client.get("/api/v1/wifi/points?near=38.73,-9.47")
    assert len(captured) <= 1


def test_programs_are_told_the_nearest_ten(client, town):
    actions.create_sample_points(by=BY)
    here = (38.7400, -9.4600)
    nearest = client.get("/api/v1/wifi/points", {"near": "38.7400,-9.4600"}).json()["items"]
    away = sorted((distance_m(here, (site.latitude, site.longitude)), site.code) for site in Site.objects.all())
    assert [item["code"] for item in nearest] == [code for _metres, code in away[:10]]
    assert [item["metres"] for item in nearest] == [round(metres) for metres, _code in away[:10]]
    assert nearest[0]["kind"]["id"] in ("school", "park")
    query = {"near": "38.74,-9.46", "kind": "park", "open_now": "true"}
    parks = client.get("/api/v1/wifi/points", query).json()["items"]
    assert {item["kind"]["id"] for item in parks} == {"park"}
    assert all(item["open"] for item in parks)


@pytest.mark.parametrize("near", ["", "here", "38.74", "91,0", "38,74,-9", "nan,nan"])
def test_a_point_that_is_none_is_a_problem_that_says_how_to_write_one(client, town, near):
    response = client.get("/api/v1/wifi/points", {"near": near})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "near"


def test_a_city_without_wifi_has_no_such_pages(client, db):
    assert client.get("/api/v1/wifi/points", {"near": "38.74,-9.46"}).json() == {"items": []}


@given(st.lists(st.tuples(st.floats(38.6, 38.8), st.floats(-9.6, -9.4)), min_size=1, max_size=40), st.integers(1, 12))
def test_the_nearest_are_the_nearest(points, count):
    projection = Projection(38.74, -9.46)
    sites = tuple(Site(code=f"s{n}", latitude=a, longitude=b) for n, (a, b) in enumerate(points))
    spots = np.array([projection.to_metres(point) for point in points])
    nearest = SiteCache(sites, {}, projection, spots).nearest((38.74, -9.46), count)
    assert len(nearest) == min(count, len(points))
    away = [metres for _site, metres in nearest]
    limit = sorted(distance_m((38.74, -9.46), point) for point in points)
    assert all(abs(metres - best) < 1 + best * 0.01 for metres, best in zip(away, limit, strict=False))


@given(st.times(), st.times(), st.times())
def test_a_span_holds_the_times_within_it(opens, closes, at):
    if opens < closes:
        assert rules.is_open_at([(opens, closes)], at) == (opens <= at < closes)
