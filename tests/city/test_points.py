import pytest
from django.test import Client

from kini.city import queries


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
