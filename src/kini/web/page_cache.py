"""Page cache for anonymous visitors: pages of views marked with `shared` are rendered at most once a minute.

Responses are cached in the memory of this process, compressed, by URL, language and encoding. `may_store` inspects the
request and the final response and admits only what a visitor without cookies would get, independent of the order of
other middleware.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

from kini.web import offline_pages
from kini.web.current_city import current_city
from kini.web.language import chosen_language

#: Maximum age of a page in seconds.
MAX_AGE = 60
MAX_URL_LENGTH = 200
CACHEABLE = "is_shared"
#: Django sets it in `request.META` when a page uses the CSRF token.
TOKEN_USED = "CSRF_COOKIE_NEEDS_UPDATE"  # noqa: S105


def cache_for_anonymous[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Mark a view whose page is the same for all anonymous visitors; it may be a minute old and stored offline."""

    @wraps(view)
    def inside(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        setattr(response, CACHEABLE, True)
        offline_pages.mark_available_offline(response)
        return response

    return inside


class AnonymousPageCache:
    """Middleware: serve from the cache, store what `may_store` admits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = cache_key(request)
        if key and (cached := caches["pages"].get(key)):
            content, headers = cached
            return HttpResponse(content, headers=headers)
        response = self.get_response(request)
        if key and may_store(request, response):
            caches["pages"].set(key, (response.content, dict(response.headers)), MAX_AGE)
        return response


def cache_key(request: HttpRequest) -> str:
    """Cache key of a request; empty when the page must be rendered for this visitor, or KINI_FAST_PATH is off."""
    if not settings.ENV.fast_path:
        return ""
    address = request.get_full_path()
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    if request.method != "GET" or signed_in or "HX-Request" in request.headers or len(address) > MAX_URL_LENGTH:
        return ""
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    return f"{chosen_language(request, current_city())}|{compressed:d}|{request.scheme}://{request.get_host()}{address}"


def may_store(request: HttpRequest, response: HttpResponse) -> bool:
    """Return True if the response is a marked page without anything personal.

    It contains no CSRF token and sets no cookie; the request has no cookies but the language's and an unused CSRF
    cookie, and does not come from the service worker, for which cookies are removed (web/offline_pages.py).
    """
    marked = getattr(response, CACHEABLE, False) and response.status_code == 200 and not response.streaming
    personal = TOKEN_USED in request.META or response.cookies or response.has_header("Set-Cookie")
    harmless = {settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    told_apart = offline_pages.HEADER in request.headers or not set(request.COOKIES) <= harmless
    return bool(marked and not personal and not told_apart)
