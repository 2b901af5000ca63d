"""Areas, places and agencies by program, and who one is."""

import pytest

from kini.city.models import Place
from kini.city.public import AUDIT_SUBJECT
from kini.core import audit
from kini.people import actions as people_actions
from tests.api.conftest import Program, Programs
from tests.cases.town import BY, Town


@pytest.fixture
def pier(town: Town) -> Place:
    """A counter at the pier, and one on the hill."""
    places = [
        Place.objects.create(
            id=f"counter-{name}", kind="counter", name=f"Counter {name}", area=area, latitude=lat, longitude=106.8
        )
        for name, area, lat in (("hill", town.areas["hill"], -6.3), ("pier", town.areas["pier"], -6.1))
    ]
    # Created without the pack's action: the cached tables take the entry's number as their version.
    audit.record(by=BY, action="city.tables_loaded", subject=AUDIT_SUBJECT)
    return places[1]


def test_areas_stand_behind_the_one_around_them(town: Town):
    app = Program()
    first = app.get("/areas?limit=3").json()
    assert [each["code"] for each in first["items"]] == ["1", "1.1", "1.1.1"]
    rest = app.get(f"/areas?limit=3&cursor={first['next']}").json()
    assert ([each["code"] for each in rest["items"]], rest["next"]) == (["1.1.2"], None)
    assert [each["code"] for each in app.get("/areas?level=ward").json()["items"]] == ["1.1.1", "1.1.2"]
    assert [each["code"] for each in app.get("/areas?within=1.1.2").json()["items"]] == ["1.1.2"]
    assert app.get("/areas?within=none").json()["items"] == []
    assert app.get("/areas/1.1.1").json()["name"] == "Kampung Dermaga"
    assert app.get("/areas/none").status_code == 404


def test_places_of_an_area(pier: Place):
    app = Program()
    assert [each["id"] for each in app.get("/places?area=1.1.1").json()["items"]] == ["counter-pier"]
    assert len(app.get("/places?kind=counter").json()["items"]) == 2
    assert app.get("/places?kind=none").json()["items"] == []
    assert app.get("/places/counter-pier").json()["area"] == {"id": "1.1.1", "name": "Kampung Dermaga"}
    assert app.get("/places/none").status_code == 404


def test_what_is_at_a_point(pier: Place):
    body = Program().post("/whereabouts", {"latitude": -6.1, "longitude": 106.8}).json()
    assert body["area"]["id"] == "1.1.1"
    assert [each["place"]["id"] for each in body["places"]] == ["counter-pier", "counter-hill"]
    assert body["places"][0]["metres"] == 0
    outside = Program().post("/whereabouts", {"latitude": 50, "longitude": 8}).json()
    assert outside["area"] is None
    assert Program().post("/whereabouts", {"latitude": -6.1, "longitude": False}).status_code == 422


def test_agencies_are_told_in_the_language_of_the_answer(town: Town):
    app = Program()
    assert [each["name"] for each in app.get("/agencies").json()["items"]] == ["Dinas Catatan", "Dinas Jalan"]
    english = app.get("/agencies?limit=1", Accept_Language="en").json()
    assert [each["name"] for each in english["items"]] == ["Registry"]


def test_the_catalogue_is_sent_again_only_when_it_has_changed(town: Town):
    app = Program()
    first = app.get("/agencies")
    assert first.headers["Cache-Control"] == "public, max-age=60"
    same = app.get("/agencies", If_None_Match=f'"other", W/{first.headers["ETag"]}')
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", first.headers["ETag"])
    town.roads.name = {"en": "Streets"}
    town.roads.save()
    assert app.get("/agencies", If_None_Match=first.headers["ETag"]).status_code == 200


def test_one_is_told_for_whom_one_may_apply(town: Town, program: Programs):
    details = people_actions.Details(name="Anak Contoh")
    by = town.named("resident")
    people_actions.add_family_member(by=by, resident=town.resident, relation="child", details=details)
    body = program(town.resident).get("/me").json()
    assert [(each["name"], each["relation"]) for each in body["people"]] == [
        ("Warga Contoh", "self"),
        ("Anak Contoh", "child"),
    ]
    assert body["people"][0]["id"] == body["id"] == town.resident.pk
