"""The demo's pages: sign-ins by task with a search, the tour, and how far the year is. They exist in a demo only."""

import json
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from kini.core import jobs
from kini.core.actors import system
from kini.core.environment import ROOT
from kini.demo import queries
from kini.operator.site import site
from kini.people import actions, demo_accounts
from kini.people.allauth_internals import record_authentication
from kini.people.contacts import Contact
from tests.environment import replace

pytestmark = pytest.mark.django_db
PEOPLE = [
    {
        "id": "decide-birth-certificate",
        "name": "Arif Tiruan",
        "role": {"id": "Dukcapil", "en": "Civil registry"},
        "email": "arif@demo.example",
        "task": {"id": "Putuskan akta kelahiran", "en": "Decide a birth certificate"},
        "group": {"id": "Memutus", "en": "Deciding"},
        "page": "/desk/?service=birth-certificate",
    },
    {"name": "Budi Contoh", "role": {"id": "Warga", "en": "Resident"}, "email": "budi@demo.example"},
]


@pytest.fixture(autouse=True)
def demo(var: Path, settings: Settings) -> None:
    settings.CITY_PATH = ROOT / "cities" / "jakarta"
    settings.ENV = replace(settings.ENV, demo=True)
    (var / "demo.json").write_text(json.dumps(PEOPLE), "utf-8")


def test_people_are_listed_by_task_and_found_by_words(client: Client) -> None:
    page = client.get("/demo/sign-in/").text
    assert page.index("Putuskan akta kelahiran") < page.index("Budi Contoh")
    assert 'name="next" value="/desk/?service=birth-certificate"' in page
    found = client.get("/demo/sign-in/", {"q": "AKTA kelahiran"}).text
    assert "Putuskan akta kelahiran" in found
    assert "Budi Contoh" not in found
    assert "Tidak ada yang cocok" in client.get("/demo/sign-in/", {"q": "zzz"}).text


def test_stops_of_the_tour_open_as_those_who_see_them(client: Client) -> None:
    page = client.get("/tour/").text
    assert 'value="arif@demo.example"' in page, "the officer's desk"
    assert 'value="budi@demo.example"' in page, "my requests"
    assert 'href="/reports/"' in page, "a guest's stop is a link"
    assert "/desk/vaccination/" not in page, "nobody of this demo can show it"


def test_the_pages_say_how_far_the_year_is(client: Client) -> None:
    assert queries.progress() is None
    jobs.enqueue("demo.fill_year", done=75, until="2026-12-02T00:00:00+00:00")
    assert queries.progress() == queries.Progress(75, queries.ALL)
    for path in ("/tour/", "/demo/sign-in/", "/"):
        assert f"75 dari {queries.ALL}" in client.get(path).text


def test_there_is_no_tour_outside_of_a_demo(client: Client, settings: Settings) -> None:
    settings.ENV = replace(settings.ENV, demo=False)
    assert client.get("/tour/").status_code == 404
    assert "/tour/" not in client.get("/").text


def test_the_operator_of_a_demo_needs_no_second_step(client: Client, settings: Settings) -> None:
    operator = actions.add_operator(by=system("demo"), contact=Contact("email", "budi@demo.example"))
    request = RequestFactory().get("/")
    request.user = operator.user
    request.session = client.session
    record_authentication(request, operator.user, demo_accounts.DEMO_METHOD)
    assert site.has_permission(request)
    settings.ENV = replace(settings.ENV, demo=False)
    assert not site.has_permission(request)
