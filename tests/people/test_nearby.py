"""Nearby places by chosen area, by profile, and by the device's position."""

import pytest

from kini.city.models import Area, Place, Unit
from kini.core.registry import Registry
from kini.people import actions, nearby
from kini.web import home
from tests.people.conftest import BY

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(areas, agency, monkeypatch):
    """A counter slightly north of the pier, one far away, and units of three sizes; no other home sections."""
    only: Registry[home.HomeSection] = Registry("home section")
    only.register("near", home.HomeSection(order=10, render=nearby.home_section, place="aside"))
    monkeypatch.setattr(home, "home_sections", only)
    Area.objects.filter(code="1.1.2").update(latitude=-6.25)
    for name, north in (("Loket Jauh", 0.05), ("Loket Dekat", 0.003)):
        Place.objects.create(
            id=name, kind="counter", name=name, area=areas["pier"], latitude=-6.2 + north, longitude=106.8
        )
    for name, area in (("Kantor Pusat", "whole"), ("Kantor Timur", "quarter"), ("Pos Dermaga", "pier")):
        Unit.objects.create(id=name, agency=agency, area=areas[area], name={"id": name, "en": name})


def listed(page):
    return [name for name in ("Loket Dekat", "Loket Jauh", "Pos Dermaga", "Kantor Timur") if name in page.text]


def test_home_asks_a_stranger_where_they_are_and_says_what_is_kept(client):
    page = client.get("/")
    assert 'action="/near/"' in page.text
    assert "hanya di peramban ini" in page.text
    assert "Loket Dekat" not in page.text


def test_home_shows_what_is_near_to_the_area_of_the_profile(signed_in, resident, areas):
    details = actions.Details(name=resident.name, area=areas["pier"])
    actions.save_profile(by=BY, resident=resident, details=details)
    page = signed_in.get("/")
    assert "Semua di Kampung Dermaga" in page.text
    assert listed(page) == ["Loket Dekat", "Loket Jauh", "Pos Dermaga"]


def test_an_area_is_chosen_without_javascript_and_remembered_in_this_browser_alone(client, areas):
    client.post("/near/", {"area": "1.1.1"})
    page = client.get("/near/")
    assert "Di sekitar Kampung Dermaga" in page.text
    assert page.text.index("Loket Dekat") < page.text.index("Loket Jauh")
    assert client.cookies["area"].value == "1.1.1"
    assert client.cookies["area"]["httponly"]


def test_each_agency_is_there_once_with_its_most_local_unit(client):
    client.post("/near/", {"area": "1.1.1"})
    assert "Kantor Timur" not in client.get("/near/").text
    client.post("/near/", {"area": "1.1.2"})
    text = client.get("/near/").text
    assert "Kantor Timur" in text
    assert "Kantor Pusat" not in text, "what serves the whole city is near to nobody"


def test_a_point_gives_distances_and_is_not_kept(client, areas):
    page = client.post("/near/", {"lat": "-6.2", "lon": "106.8"})
    assert page.status_code == 200
    assert "sekitar 350 m" in page.text
    assert "dari tempat Anda" in page.text
    assert {name: morsel.value for name, morsel in client.cookies.items() if "6.2" in morsel.value} == {}


@pytest.mark.parametrize("sent", [{}, {"area": "nowhere"}, {"area": "1"}, {"lat": "0", "lon": "0"}, {"lat": "x"}])
def test_what_is_no_area_of_the_city_is_told(client, sent):
    page = client.post("/near/", sent)
    assert page.status_code == 422
    assert page.text.count("Kesalahan:") >= 1


def test_a_forged_cookie_shows_nothing(client):
    client.cookies["area"] = "1.1.1' or 1=1 --"
    assert client.get("/near/").status_code == 200
