"""Kini as an app: manifest, icons, the worker's script, which pages a phone may keep."""

import dataclasses
import io
import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from kini.city.public import pack
from kini.city.schema import Screenshot
from kini.people.models import User
from kini.web import app_icons, app_screenshots
from tests.cases.town import Town
from tests.environment import replace
from tests.pagechecks import CheckedClient

pytestmark = pytest.mark.django_db


def test_the_manifest_speaks_the_language_and_has_its_pictures(client: CheckedClient):
    client.cookies["kini_language"] = "en"
    manifest = json.loads(client.get("/app.webmanifest").content)
    assert manifest["start_url"] == manifest["scope"] == "/"
    assert manifest["lang"] == "en"
    assert [each["url"] for each in manifest["shortcuts"]] == ["/report/", "/cases/"]
    assert re.fullmatch(r"#[0-9a-f]{6}", manifest["theme_color"])
    assert {(each["sizes"], each["purpose"]) for each in manifest["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for each in manifest["icons"]:
        picture = Image.open(io.BytesIO(client.get(each["src"]).content))
        assert "{}x{}".format(*picture.size) == each["sizes"]


def test_the_manifest_names_the_citys_screenshots(
    client: CheckedClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "screenshots").mkdir()
    Image.new("RGB", (360, 640)).save(tmp_path / "screenshots" / "home.webp")
    shown = (Screenshot.model_validate({"file": "home.webp", "label": {"id": "Beranda", "en": "Home"}}),)
    city = dataclasses.replace(pack.current(), root=tmp_path, screenshots=shown)
    monkeypatch.setattr(app_screenshots, "current_city", lambda: city)
    [named] = json.loads(client.get("/app.webmanifest").content)["screenshots"]
    assert (named["sizes"], named["form_factor"], named["type"]) == ("360x640", "narrow", "image/webp")
    picture = client.get(named["src"])
    assert picture["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(b"".join(picture.streaming_content))).size == (360, 640)
    assert client.get("/app/screenshots/other.webp").status_code == 404


def test_a_phone_may_cut_a_circle_out_of_the_maskable_icon():
    picture = Image.open(io.BytesIO(app_icons.render_png("maskable-512", "#0b5d51"))).convert("RGB")
    middle, white = 256, []
    for x in range(512):
        for y in range(512):
            if picture.getpixel((x, y)) == (255, 255, 255):
                white.append(((x - middle) ** 2 + (y - middle) ** 2) ** 0.5)
    assert 0 < max(white) <= 512 * 0.4
    assert picture.getpixel((0, 0)) == (11, 93, 81)


def test_the_worker_is_one_script_of_all_rooms(client: CheckedClient):
    response = client.get("/worker.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response["Cache-Control"]
    text = response.content.decode()
    for script in ("kini/worker.js", "kini/unsent.js", "messages/push-worker.js"):
        assert script in text


def test_the_worker_can_be_switched_off(client: CheckedClient, settings: Settings):
    settings.ENV = replace(settings.ENV, service_worker=False)
    assert "gone.js" in client.get("/worker.js").content.decode()
    assert "data-worker" not in client.get("/offline/").content.decode()


def test_a_copy_is_what_a_stranger_sees(client: CheckedClient, town: Town):
    assert client.get("/services/")["Kini-Copy"] == "same"
    assert client.get("/")["Kini-Copy"] == "other", "a form with a token of its own"
    assert "Kini-Copy" not in client.get("/cases/")
    assert "Kini-Copy" not in client.get("/sign-in/")
    client.cookies["area"] = "x"
    assert client.get("/services/")["Kini-Copy"] == "other"
    signed_in = Client()
    signed_in.force_login(User.objects.get(pk=town.resident.user_id))
    known = signed_in.get("/services/")
    assert known["Kini-Copy"] == "other"
    copy = Client().get("/", headers={"Kini-Copy": "en"})
    assert copy["Kini-Copy"] == "same"
    assert copy["Content-Language"] == "en"
    assert not copy.cookies


def test_a_copy_sets_no_cookie(town: Town):
    assert Client().get("/track/").cookies
    assert not Client().get("/track/", headers={"Kini-Copy": "id"}).cookies


def test_standing_tells_one_person_from_another_and_says_no_more(client: CheckedClient, town: Town):
    guest = client.get(reverse("web:standing"))
    assert guest.json()["person"] == ""
    assert "no-store" in guest["Cache-Control"]
    marks_of = []
    for user in (town.resident.user, town.neighbour.user):
        someone = Client(enforce_csrf_checks=True)
        someone.force_login(user)
        session_state = someone.get(reverse("web:standing")).json()
        marks_of.append(session_state["person"])
        assert someone.post("/sign-out/", {"csrfmiddlewaretoken": session_state["token"]}).status_code == 302
    assert len(set(marks_of)) == 2
    assert not any(str(user.pk) == mark for mark in marks_of for user in User.objects.all())
