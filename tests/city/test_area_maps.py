import gzip
import json

import pytest
from django.test import Client
from shapely.geometry import Point, shape

from kini.city import area_maps, queries
from kini.city.models import Area

#: What a phone loads for a part of the map, compressed.
MOST_BYTES = 60_000


def drawn(code: str) -> dict[str, dict]:
    collection = json.loads(area_maps.area_geojson(code))
    return {feature["properties"]["code"]: feature for feature in collection["features"]}


def test_every_part_of_the_map_is_small(loaded_jakarta):
    for area in Area.objects.filter(children__isnull=False).distinct():
        assert len(gzip.compress(area_maps.area_geojson(area.code))) < MOST_BYTES, area.name


def test_the_parts_of_an_area_hold_their_own_points(loaded_jakarta):
    for area in Area.objects.filter(level="kecamatan"):
        for code, feature in drawn(area.code).items():
            part = Area.objects.get(code=code)
            assert shape(feature["geometry"]).buffer(0.0002).contains(Point(part.longitude, part.latitude)), part.name
            assert not feature["properties"]["parts"]


def test_the_map_says_that_borders_are_only_computed(loaded_jakarta):
    assert json.loads(area_maps.area_geojson("31"))["official"] is False


def test_a_map_is_kept_under_the_address_of_its_version(loaded_town, client):
    (whole,) = Area.objects.filter(depth=0)
    map_response = client.get(f"/areas/{whole.code}/map.json?{area_maps.map_version()}")
    assert "max-age=31536000" in map_response["Cache-Control"]
    assert "max-age=300" in client.get(f"/areas/{whole.code}/map.json?0")["Cache-Control"]
    assert client.get("/areas/nowhere/map.json").status_code == 404


def test_a_point_is_told_in_words(loaded_town, client):
    area = queries.lowest_level_areas()[0][1][0]
    body = client.post("/areas/here/", {"lat": area.latitude, "lon": area.longitude}).json()
    assert body["area"] == area.code
    assert area.name in body["words"]


@pytest.mark.parametrize("point", [{"lat": "0", "lon": "0"}, {"lat": "nan", "lon": "inf"}, {"lat": "north"}, {}])
def test_a_point_elsewhere_is_refused_with_what_to_do(loaded_town, client, point):
    body = client.post("/areas/here/", point).json()
    assert body["area"] == ""
    assert "Vila Serena" in body["words"]


def test_where_somebody_is_needs_the_pages_own_form(loaded_town):
    assert Client(enforce_csrf_checks=True).post("/areas/here/", {"lat": "1", "lon": "1"}).status_code == 403
    assert Client().get("/areas/here/?lat=1&lon=1").status_code == 405
