"""The page cache between the real middlewares: it changes no response, whatever was asked before."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import include, path, re_path
from django.utils.translation import get_language
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from kini.people.sessions import SessionStore
from kini.web.page_cache import AnonymousPageCache, cache_for_anonymous
from tests import environment

pytestmark = [pytest.mark.django_db, pytest.mark.fast_path]

CACHE = "kini.web.page_cache.AnonymousPageCache"
NAME = "Anna"
#: Headers that differ between two renderings of the same page: gzip is padded (BREACH), tokens are masked.
VARYING = {"X-Request-Id", "Content-Length"}


def content(request: HttpRequest) -> dict[str, object]:
    """Everything on which a marked page may depend."""
    return {
        "language": get_language(),
        "method": request.method,
        "address": request.build_absolute_uri(),
        "path": request.path,
        "query": dict(request.GET.lists()),
        "fragment": "HX-Request" in request.headers,
        "name": request.session.get("name"),
        "long enough to be compressed": "-" * 300,
    }


@cache_for_anonymous
def page(request: HttpRequest, rest: str) -> HttpResponse:
    return HttpResponse(json.dumps(content(request)), content_type="application/json")


@cache_for_anonymous
def page_with_token(request: HttpRequest, rest: str) -> HttpResponse:
    return HttpResponse(json.dumps(content(request) | {"token": get_token(request)}), content_type="application/json")


@cache_for_anonymous
def page_with_cookie(request: HttpRequest, rest: str) -> HttpResponse:
    response = page(request, rest)
    response.set_cookie("own", "theirs")
    return response


@cache_for_anonymous
def missing_page(request: HttpRequest, rest: str) -> HttpResponse:
    return HttpResponse(json.dumps(content(request)), content_type="application/json", status=404)


def unmarked_page(request: HttpRequest, rest: str) -> HttpResponse:
    return HttpResponse(json.dumps(content(request)), content_type="application/json")


@cache_for_anonymous
def streamed_page(request: HttpRequest, rest: str) -> HttpResponse:
    return StreamingHttpResponse([json.dumps(content(request))], content_type="application/json")  # type: ignore[return-value]


VIEWS = {
    "page": page,
    "token": page_with_token,
    "cookie": page_with_cookie,
    "missing": missing_page,
    "unmarked": unmarked_page,
    "streamed": streamed_page,
}
urlpatterns = [
    path("", include("tests.web.urls")),
    *(re_path(rf"^{name}/(?P<rest>.*)$", view) for name, view in VIEWS.items()),
]


@dataclass(frozen=True)
class Visit:
    """One request. `path` is decoded, `query` as it is sent, both with one character for each byte."""

    path: str = "/page/"
    query: str = ""
    method: str = "GET"
    host: str = "testserver"
    cookies: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, browser: Client) -> HttpResponseBase:
        environ = {"PATH_INFO": self.path, "QUERY_STRING": self.query, "HTTP_HOST": self.host}
        environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        return browser.generic(self.method, "/", **environ, HTTP_COOKIE="; ".join(self.cookies))


@dataclass(frozen=True)
class Browsers:
    """The same site with the page cache and without it, and the session cookie of a person."""

    cached: Client
    plain: Client
    session: str


@pytest.fixture
def browsers(settings: Settings) -> Iterator[Browsers]:
    """The cache as in production, where tests have none, behind a proxy that ends TLS."""
    settings.ROOT_URLCONF = __name__
    settings.ENV = environment.replace(settings.ENV, proxies=1, fast_path=True)
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "test-pages"}
    settings.CACHES = settings.CACHES | {"pages": memory}
    session = SessionStore()
    session["name"] = NAME
    session.save()
    cached, plain = Client(), Client()
    cached.get("/page/")  # a client loads the middlewares of the settings at its first request
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != CACHE]
    plain.get("/page/")
    caches["pages"].clear()
    yield Browsers(cached, plain, f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    caches["pages"].clear()


def stored() -> list[bytes]:
    """The pages in the cache."""
    return list(caches["pages"]._cache.values())  # type: ignore[attr-defined]


def body(response: HttpResponseBase) -> str:
    data = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    return (gzip.decompress(data) if response.headers.get("Content-Encoding") == "gzip" else data).decode()


def shown(response: HttpResponseBase) -> tuple[int, dict[str, str], dict[str, object] | str, set[str]]:
    """What a visitor gets, without what is random: status, headers, content, names of cookies."""
    headers = {name: value for name, value in response.headers.items() if name not in VARYING}
    text = body(response)
    try:
        content: dict[str, object] | str = {name: value for name, value in json.loads(text).items() if name != "token"}
    except ValueError:
        content = text
    return response.status_code, headers, content, set(response.cookies)


#: Requests that are easily taken for one another.
visits = st.builds(
    Visit,
    path=st.builds("/{}/{}".format, st.sampled_from(["page", *VIEWS]), st.sampled_from(["", "a", "/a", "?a=1", "%3F"])),
    query=st.sampled_from(["", "a=1", "a=2", "a=\xc3\xa9", "a=%C3%83%C2%A9", "a=\xe9", "a=1&a=1", "%61=1", "a=#|1"]),
    method=st.sampled_from(["GET", "GET", "GET", "HEAD", "POST"]),
    host=st.sampled_from(["testserver", "localhost", "LOCALHOST", "localhost:8000", "evil.example", "a|b"]),
    cookies=st.lists(
        st.sampled_from(["kini_language=en", "kini_language=de", "kini_language=xx", "csrftoken=" + "a" * 32, "x=1"]),
        max_size=2,
        unique_by=lambda cookie: cookie.partition("=")[0],
    ).map(tuple),
    headers=st.fixed_dictionaries(
        {},
        optional={
            "Accept-Encoding": st.sampled_from(["gzip", "gzip, br", "br", "identity", "xgzip", "gzipx, br"]),
            "Kini-Copy": st.sampled_from(["en", "de", "xx", ""]),
            "HX-Request": st.just("true"),
            "X-Forwarded-Proto": st.sampled_from(["https", "http"]),
            "X-Forwarded-Host": st.just("evil.example"),
            "X-Forwarded-For": st.just("10.0.0.1"),
            "X-Original-Url": st.just("/page/a"),
        },
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(visits, st.booleans()), min_size=2, max_size=8))
def test_no_response_depends_on_what_was_asked_before(browsers: Browsers, sequence: list[tuple[Visit, bool]]) -> None:
    caches["pages"].clear()
    tokens: list[str] = []
    for visit, signed_in in sequence:
        own = replace(visit, cookies=(*visit.cookies, browsers.session)) if signed_in else visit
        response = own.send(browsers.cached)
        assert shown(response) == shown(own.send(browsers.plain))
        if response.status_code == 200 and "/token/" in visit.path and visit.method != "HEAD":
            tokens.append(json.loads(body(response))["token"])
    assert len(set(tokens)) == len(tokens)
    assert not any(NAME.encode() in each or b'"token"' in each for each in stored())


def test_a_page_is_rendered_once(browsers: Browsers, django_assert_num_queries) -> None:
    first = Visit().send(browsers.cached)
    again = Visit().send(browsers.cached)
    assert len(stored()) == 1
    assert body(first) == body(again)
    assert first.headers["X-Request-Id"] != again.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "other",
    [
        Visit(path="/page/a"),
        Visit(query="a=1"),
        Visit(host="localhost"),
        Visit(host="testserver:8000"),
        Visit(cookies=("kini_language=en",)),
        Visit(headers={"Kini-Copy": "en"}),
        Visit(headers={"Accept-Encoding": "gzip"}),
        Visit(headers={"X-Forwarded-Proto": "https"}),
        Visit(headers={"HX-Request": "true"}),
    ],
)
def test_another_page_is_rendered_for_another_request(browsers: Browsers, other: Visit) -> None:
    Visit().send(browsers.cached)
    [before] = caches["pages"]._cache  # type: ignore[attr-defined]
    assert shown(other.send(browsers.cached)) == shown(other.send(browsers.plain))
    assert shown(other.send(browsers.plain)) != shown(Visit().send(browsers.plain))
    assert before in caches["pages"]._cache  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "visit",
    [
        Visit(method="HEAD"),
        Visit(method="POST"),
        Visit(headers={"HX-Request": "true"}),
        Visit(headers={"Kini-Copy": "en"}),
        Visit(cookies=("unknown=1",)),
        Visit(query="a=" + "1" * 200),
        Visit(path="/token/"),
        Visit(path="/cookie/"),
        Visit(path="/missing/"),
        Visit(path="/unmarked/"),
        Visit(path="/streamed/"),
        Visit(host="evil.example"),
    ],
    ids=str,
)
def test_what_is_not_the_page_of_everybody_is_not_stored(browsers: Browsers, visit: Visit) -> None:
    visit.send(browsers.cached)
    assert stored() == []


def test_a_person_gets_their_own_page_and_leaves_none_behind(browsers: Browsers) -> None:
    own = Visit(cookies=(browsers.session,))
    assert NAME in body(own.send(browsers.cached))
    assert stored() == []
    assert NAME not in body(Visit().send(browsers.cached))
    assert NAME in body(own.send(browsers.cached))


@pytest.mark.parametrize("accepted", ["xgzip", "gzipped", "br", "identity", ""])
def test_who_cannot_read_gzip_neither_gets_nor_spoils_the_compressed_page(browsers: Browsers, accepted: str) -> None:
    for _twice in range(2):
        plain = Visit(headers={"Accept-Encoding": accepted}).send(browsers.cached)
        assert "Content-Encoding" not in plain.headers
        packed = Visit(headers={"Accept-Encoding": "gzip, deflate, br"}).send(browsers.cached)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert body(plain) == body(packed)
        assert "Accept-Encoding" in packed.headers["Vary"]


def test_raw_bytes_of_a_query_are_not_taken_for_escaped_ones(browsers: Browsers) -> None:
    raw, escaped = Visit(query="q=\xc3\xa9"), Visit(query="q=%C3%83%C2%A9")
    assert json.loads(body(raw.send(browsers.cached)))["query"] == {"q": ["é"]}
    assert json.loads(body(escaped.send(browsers.cached)))["query"] == {"q": ["Ã©"]}


def test_the_switch_turns_it_off(browsers: Browsers, settings: Settings) -> None:
    settings.ENV = environment.replace(settings.ENV, fast_path=False)
    Visit().send(browsers.cached)
    assert stored() == []


def test_it_stands_outside_of_what_makes_a_page_personal_and_inside_of_what_refuses() -> None:
    from django.conf import settings as project

    order = [name.rpartition(".")[2] for name in project.MIDDLEWARE]
    place = order.index(AnonymousPageCache.__name__)
    assert {"RequestGuard", "ApiMiddleware", "SecurityHeaders"} <= set(order[:place])
    assert {"OfflinePageMiddleware", "GZipMiddleware", "LimitedSessionMiddleware", "CityLocaleMiddleware"} <= set(
        order[place + 1 :]
    )
