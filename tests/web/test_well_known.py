"""Files for machines of others: security.txt (RFC 9116) and robots.txt (RFC 9309)."""

from datetime import date

import pytest
from django.test import Client
from django.utils.dateparse import parse_datetime
from pytest_django.fixtures import Settings

from kini.core import current_time
from kini.core.environment import InvalidEnvironment
from kini.web.well_known import PRIVATE
from tests.environment import read, replace
from tests.structure.test_addresses import ROUTES

CONTACT = "mailto:security@kini.example"


def fields(client: Client) -> dict[str, str]:
    answer = client.get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    return dict(line.split(": ", 1) for line in answer.content.decode().splitlines())


def test_without_a_contact_there_is_no_security_txt(client: Client):
    assert client.get("/.well-known/security.txt").status_code == 404


def test_security_txt_names_contact_and_expiry(client: Client, settings: Settings):
    settings.ENV = replace(settings.ENV, security_contact=CONTACT, address="https://kini.example")
    fields_shown = fields(client)
    assert fields_shown["Contact"] == CONTACT
    assert fields_shown["Canonical"] == "https://kini.example/.well-known/security.txt"
    expires = parse_datetime(fields_shown["Expires"])
    assert expires
    assert 100 < (expires - current_time.now()).days < 365
    settings.ENV = replace(settings.ENV, security_expires=date(2027, 3, 1))
    assert fields(client)["Expires"] == "2027-03-01T00:00:00Z"


@pytest.mark.parametrize(
    "variables",
    [{"KINI_SECURITY_CONTACT": "security@kini.example"}, {"KINI_SECURITY_EXPIRES": "soon"}],
)
def test_a_contact_is_an_address_and_an_expiry_a_day(variables: dict[str, str]):
    with pytest.raises(InvalidEnvironment, match=next(iter(variables))):
        read({"KINI_ENV": "local", **variables})


def test_robots_leave_alone_what_concerns_a_person(client: Client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    for path in ("/me/", "/desk/", "/track/", "/v/"):
        assert f"Disallow: {path}" in lines


def test_every_address_that_robots_leave_alone_exists():
    routes = [f"/{path}" for _name, path in ROUTES]
    assert [path for path in PRIVATE if not any(route.startswith(path) for route in routes)] == []
