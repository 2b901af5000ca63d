"""Start pages of services in the page cache: strangers apply from a page that others opened."""

from collections.abc import Iterator

import pytest
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from pytest_django.fixtures import Settings

from kini.services.models import Service, ServiceVersion
from tests.cases.pages.browsing import Visitor

pytestmark = pytest.mark.fast_path

START = "/services/call/"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}


@pytest.fixture(autouse=True)
def page_cache(settings: Settings, call: ServiceVersion) -> Iterator[None]:
    """The cache of pages as in production, where tests have none."""
    settings.CACHES = settings.CACHES | {
        "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "test-pages"}
    }
    caches["pages"].clear()
    yield
    caches["pages"].clear()


def stranger() -> Client:
    return Client(enforce_csrf_checks=True)


def press(browser: Client, **headers: str) -> HttpResponse:
    return browser.post(f"{START}start/", headers=headers or SAME_ORIGIN)


def token_of(response: HttpResponse) -> str:
    _before, _name, after = response.content.decode().partition('name="csrfmiddlewaretoken" value="')
    return after.partition('"')[0]


def cached() -> list[str]:
    """Keys of the pages in the cache."""
    return list(caches["pages"]._cache)  # type: ignore[attr-defined]


def test_strangers_apply_from_a_page_that_others_and_a_service_worker_opened():
    worker, one, other = stranger(), stranger(), stranger()
    worker.get(START, headers={"Kini-Copy": "id"})
    for browser in (one, other):
        page = browser.get(START)
        assert token_of(page) == ""
        assert press(browser).status_code == 303


def test_start_pages_are_rendered_once_for_all_strangers(django_assert_num_queries):
    stranger().get(START)
    with django_assert_num_queries(0):
        assert stranger().get(START).status_code == 200


def test_a_service_worker_is_served_but_never_fills_the_cache():
    stranger().get(START, headers={"Kini-Copy": "id"})
    assert cached() == []
    stranger().get(START)
    copy = stranger().get(START, headers={"Kini-Copy": "id"})
    assert copy["Kini-Copy"] == "same"
    assert not copy.cookies


def form_with_a_token(request: HttpRequest, _service: Service) -> list[str]:
    return [render_to_string("people/parts/locate.html", {"id": "here"}, request)]


@pytest.mark.parametrize("headers", [{}, {"Kini-Copy": "id"}])
@pytest.mark.parametrize("inside", [True, False])
def test_a_page_with_the_token_of_a_form_is_never_cached_wherever_cookies_are_taken_off(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], inside: bool
):
    middlewares = [name for name in settings.MIDDLEWARE if name != "kini.web.offline_pages.OfflinePageMiddleware"]
    place = middlewares.index("kini.web.page_cache.AnonymousPageCache") + inside
    settings.MIDDLEWARE = [*middlewares[:place], "kini.web.offline_pages.OfflinePageMiddleware", *middlewares[place:]]
    monkeypatch.setattr("kini.services.start_page.render_panels", form_with_a_token)
    first, second = (stranger().get(START, headers=headers) for _ in range(2))
    assert token_of(first) not in ("", token_of(second))
    assert cached() == []


def test_visitors_with_other_cookies_do_not_fill_the_cache():
    browser = stranger()
    browser.cookies["something"] = "of theirs"
    browser.get(START)
    assert cached() == []


def test_the_signed_in_are_served_their_own_page(resident: Visitor):
    stranger().get(START)
    assert resident.see(START).words("//main//form//button") != []
    assert resident.see(START).response.content != stranger().get(START).content


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "http://testserver/"},
    ],
)
def test_a_form_of_another_site_begins_nothing(headers):
    assert press(stranger(), **headers).status_code == 403


def test_browsers_that_only_name_the_origin_are_believed():
    assert press(stranger(), Origin="http://testserver").status_code == 303
