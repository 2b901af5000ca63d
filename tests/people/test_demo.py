"""Demo sign-in works in demo mode only."""

import json

import pytest

from tests.environment import replace

pytestmark = pytest.mark.django_db
PAGE = "/demo/sign-in/"


@pytest.fixture
def listed(var, settings, resident):
    people = [{"name": "Warga Contoh", "role": {"id": "Warga", "en": "Resident"}, "phone": resident.phone}]
    (var / "demo.json").write_text(json.dumps(people), "utf-8")
    settings.ENV = replace(settings.ENV, demo=True)
    return resident


def test_one_click_signs_in_as_a_demo_person(client, listed):
    page = client.get(PAGE + "?next=/me/family/")
    assert "Warga Contoh" in page.text
    answer = client.post(PAGE, {"person": listed.phone, "next": "/me/family/"})
    assert answer.url == "/me/family/"
    assert client.session["_auth_user_id"] == str(listed.user_id)
    assert PAGE in client.get("/sign-in/").url or client.get("/sign-in/").status_code == 302


def test_only_listed_people_can_be_chosen(client, listed, person):
    other = person("+6281299999999", "Orang Lain")
    assert client.post(PAGE, {"person": other.phone}).status_code == 404
    assert client.post(PAGE, {}).status_code == 404


def test_without_a_list_nobody_is_there(client, var, settings):
    settings.ENV = replace(settings.ENV, demo=True)
    assert client.get(PAGE).status_code == 200


def test_it_does_not_exist_elsewhere(client, listed, settings):
    settings.ENV = replace(settings.ENV, demo=False)
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE, {"person": listed.phone}).status_code == 404
    assert PAGE not in client.get("/sign-in/").text
