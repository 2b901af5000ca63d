"""Checks of every request before it is parsed: host, NUL characters, proxy headers in demo mode.

PostgreSQL and the file system accept no NUL: a request with one in its path, query, cookies or form is refused here, so
that no view has to check.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kini.core import security_log

NUL = "\x00"
#: Probes request these by IP address; the responses reveal nothing about the city.
HEALTH = "/health/"
PROXY_HEADERS = (
    *("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP"),
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"),
)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class RefusedRequest(SuspiciousOperation):
    """The request is refused; the message says why."""


def check_request(request: HttpRequest) -> None:
    """Check everything but the form.

    Raises:
        RefusedRequest: with the reason.
    """
    if settings.ENV.demo_mode and came_through_proxy(request):
        raise RefusedRequest(
            _(
                "This is a demo (KINI_ENV=local), which shows every sign-in code to everybody. It does not work "
                "behind a proxy: set KINI_ENV=production and its keys first, see docs/operators.md."
            )
        )
    if has_nul(_texts(request)):
        raise RefusedRequest(_("The address or a cookie contains invalid characters (NUL)."))
    if request.path_info.startswith(HEALTH):
        request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0].lstrip(".")
        return
    try:
        request.get_host()
    except DisallowedHost:
        raise RefusedRequest(_("This host name is not configured (KINI_HOSTS).")) from None


def came_through_proxy(request: HttpRequest) -> bool:
    """True if the request has a proxy's header, or uses HTTP/1.0 (nginx's default)."""
    return any(name in request.META for name in PROXY_HEADERS) or request.META.get("SERVER_PROTOCOL") == "HTTP/1.0"


def _texts(request: HttpRequest) -> Iterable[str]:
    yield request.path_info
    if "%00" in request.META.get("QUERY_STRING", ""):
        yield NUL
    yield from request.COOKIES.values()


def has_nul(texts: Iterable[str]) -> bool:
    return any(NUL in text for text in texts)


class RequestGuard:
    """Middleware of pages. The API calls `check_request` itself and responds with a problem document."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            check_request(request)
        except RefusedRequest as refusal:
            return _refused(str(refusal))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, callback: Any, *_rest: Any) -> HttpResponse | None:
        if holds_form(request, callback) and has_nul(_inputs(request)):
            return _refused(_("The form contains invalid characters (NUL)."))
        return None

    def process_exception(self, _request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Handle JSON that is nested too deeply for Python's parser, in a form, a webhook or a token."""
        return _refused(_("The data sent is nested too deeply.")) if isinstance(exception, RecursionError) else None


def _refused(reason: str) -> HttpResponse:
    security_log.report("request-refused")
    headers = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
    return HttpResponse(f"{reason}\n", status=400, content_type="text/plain; charset=utf-8", headers=headers)


def holds_form(request: HttpRequest, callback: Any) -> bool:
    """True if the body is a form that may be parsed now: views without CSRF token read a signed body themselves."""
    exempt = getattr(callback, "csrf_exempt", False)
    return request.content_type in (FORMS[:1] if exempt else FORMS)


def _inputs(request: HttpRequest) -> Iterable[str]:
    for name, values in request.POST.lists():
        yield name
        yield from map(str, values)
