"""Invalid requests are refused before any view runs, never with a server error."""

import errno
from urllib.parse import urlencode

import pytest
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from kini.web import pages
from tests.environment import replace

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
DEEP = "[" * 100_000
NULS = (
    "/areas/%00/map.json",
    "/wifi/?near=%00",
    "/figures/bus-stations/?f-corridor=%00",
    "/services/?a%00=1",
    "/v/%00/",
    "/api/v1/areas/%00",
    "/api/v1/services?category=%00",
)


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", NULS)
def test_nul_in_an_address_is_refused(visitor: Client, address: str):
    assert visitor.get(address).status_code == 400


@pytest.mark.parametrize("name", ["sessionid", "kini_language", "csrftoken"])
def test_nul_in_a_cookie_is_refused(visitor: Client, name: str):
    assert visitor.get("/services/", HTTP_COOKIE=f'{name}="\\000abc"').status_code == 400


@pytest.mark.parametrize("address", ["/sign-in/", "/language", "/track/", "/services/none/start/"])
def test_nul_in_a_form_is_refused(visitor: Client, address: str):
    for form in ({"contact": "a\0b"}, {"a\0b": "1"}):
        assert visitor.post(address, urlencode(form), content_type=FORM).status_code == 400
    if address != "/language":
        assert visitor.post(address, {"contact": "a\0b"}).status_code == 400  # multipart


@pytest.mark.parametrize("path", ["/", "/services/", "/none/", "/static/none.css", "/api/v1/services"])
def test_an_unknown_host_is_a_bad_request(visitor: Client, path: str):
    for host in ("evil.example", "192.0.2.1", "a b", ""):
        answer = visitor.get(path, HTTP_HOST=host)
        assert (host, answer.status_code) == (host, 400)
        assert answer["Content-Type"].startswith("application/problem+json" if "api" in path else "text/plain")


def test_health_answers_probes_whatever_host_they_name(visitor: Client):
    assert [visitor.get("/health/live", HTTP_HOST=host).status_code for host in ("10.0.0.7", "", "x y")] == [200] * 3
    assert visitor.get("/health/ready", HTTP_HOST="10.0.0.7").status_code == 200


@override_settings(ALLOWED_HOSTS=[".kini.example"])
def test_health_answers_where_all_names_below_one_are_allowed(visitor: Client):
    assert visitor.get("/health/live", HTTP_HOST="10.0.0.7").status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Via"])
@pytest.mark.parametrize("path", ["/outbox/", "/demo/sign-in/", "/static/none.css", "/api/v1/services"])
def test_a_first_look_answers_no_proxy_and_says_why(visitor: Client, settings: Settings, header: str, path: str):
    settings.ENV = replace(settings.ENV, outbox=True, demo=True, proxies=1)
    answer = visitor.get(path, headers={header: "198.51.100.1"})
    assert answer.status_code == 400
    assert "KINI_ENV=local" in answer.content.decode()
    assert visitor.get("/outbox/").status_code == 200


def test_a_first_look_answers_no_proxy_that_names_nobody(visitor: Client, settings: Settings):
    settings.ENV = replace(settings.ENV, outbox=True)
    assert visitor.get("/outbox/", SERVER_PROTOCOL="HTTP/1.0").status_code == 400


def test_a_city_in_production_answers_its_proxy(visitor: Client, settings: Settings):
    settings.ENV = replace(settings.ENV, name="production", proxies=1)
    headers = {"X-Forwarded-For": "198.51.100.1"}
    assert visitor.get("/services/", headers=headers, SERVER_PROTOCOL="HTTP/1.0").status_code == 200


@pytest.mark.parametrize("address", ["/account/security/passkeys/sign-in/", "/account/second-step/"])
def test_json_that_is_nested_too_deeply_is_refused(visitor: Client, address: str):
    assert visitor.post(address, {"credential": DEEP, "code": DEEP}).status_code < 500


@pytest.mark.parametrize("address", ["/api/v1/cases", "/api/v1/answers/check", "/identity/o/api/token"])
def test_programs_that_nest_too_deeply_are_refused(visitor: Client, address: str):
    for body in (DEEP, "[" * 900 + "]" * 900, '{"a":' * 900 + "1" + "}" * 900):
        assert visitor.post(address, body, content_type="application/json").status_code < 500


def test_a_cursor_that_is_nested_too_deeply_is_refused(visitor: Client):
    import base64

    cursor = base64.urlsafe_b64encode(("[" * 5000).encode()).decode()
    assert visitor.get(f"/api/v1/places?cursor={cursor}").status_code in (400, 422)


def test_a_full_disk_is_said_plainly(visitor: Client, monkeypatch: pytest.MonkeyPatch):
    def full(*_given: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pages.sections, "render_sections", full)
    answer = visitor.get("/")
    assert (answer.status_code, answer["Retry-After"]) == (507, "60")
    assert "507" in answer.content.decode()


def test_more_proxies_than_addresses_is_no_error(visitor: Client, settings: Settings):
    settings.ENV = replace(settings.ENV, name="production", proxies=3)
    answer = visitor.post("/sign-in/", {"contact": "a@example.com"}, headers={"X-Forwarded-For": "198.51.100.1"})
    assert answer.status_code < 500


def test_what_is_too_deep_for_a_page_is_said(visitor: Client, monkeypatch: pytest.MonkeyPatch):
    def deep(*_given: object, **_named: object) -> None:
        raise RecursionError

    monkeypatch.setattr(pages.sections, "render_sections", deep)
    answer = visitor.get("/")
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
