"""Middleware that answers `/api/v1/` before sessions, CSRF and messages are loaded.

It sets the language, the headers of every response, and CORS for all origins: tokens, unlike cookies, are never sent
by the browser itself.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from kini.api import problems, rate_limit
from kini.api.operations import PREFIX, use_json_part_as_body
from kini.api.problems import Problem
from kini.core.request_guard import check_request
from kini.web.current_city import CityInfo, current_city

RESPONSE_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Guest-Key, Idempotency-Key, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


class ApiMiddleware:
    """Middleware: answer API requests, pass all others on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(f"{PREFIX}/"):
            return self.get_response(request)
        city = current_city()
        language = negotiate_language(request.headers.get("Accept-Language", ""), city)
        with translation.override(language), timezone.override(city.timezone):
            response = dispatch(request)
        rate_limit.set_headers(request, response)
        for name, value in RESPONSE_HEADERS.items():
            response.headers.setdefault(name, value)
        response["Content-Language"] = language
        return response


def negotiate_language(accepted: str, city: CityInfo) -> str:
    """First accepted language that the city offers, else the city's default."""
    for tag, _weight in parse_accept_lang_header(accepted.lower()) if accepted else ():
        for language in city.languages:
            if language.lower() in (tag, tag.split("-")[0]):
                return language
    return city.languages[0]


def dispatch(request: HttpRequest) -> HttpResponse:
    """Run the operation; every exception becomes a problem response."""
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT_HEADERS)
    if request.method == "HEAD":
        request.method = "GET"  # the server leaves the body out
    try:
        return _run_operation(request)
    except Exception as error:
        return problems.problem_response(request, error)


def _run_operation(request: HttpRequest) -> HttpResponse:
    check_request(request)
    match = resolve(request.path_info)
    request.resolver_match = match
    use_json_part_as_body(request)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if response.status_code == 405 and response.get("Content-Type") != problems.CONTENT_TYPE:
        return problems.respond(request, Problem(405, headers={"Allow": response["Allow"]}))
    return response
