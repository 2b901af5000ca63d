"""Page cache for anonymous visitors: pages of views marked with `shared` are rendered at most once a minute.

Responses are cached in the memory of this process, compressed, by URL, language and encoding. `may_store` inspects the
request and the final response and admits only what a visitor without cookies would get, independent of the order of
other middleware.
"""

import hashlib
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import re_accepts_gzip

from kini.web import offline_pages
from kini.web.current_city import current_city
from kini.web.language import chosen_language

#: Maximum age of a page in seconds.
MAX_AGE = 60
#: Pages repeat their address (language links), so this limits the memory of the cache.
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
    """Cache key of a request; empty when the page must be rendered for this visitor, or KINI_FAST_PATH is off.

    It is a hash of the unchanged parts of the request that a page may depend on. `get_full_path` would not do: it
    writes the raw bytes of a query string like the escaped bytes of another one.
    """
    if not settings.ENV.fast_path:
        return ""
    query = request.META.get("QUERY_STRING", "")
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    too_long = len(request.path) + len(query) > MAX_URL_LENGTH
    if request.method != "GET" or signed_in or "HX-Request" in request.headers or too_long:
        return ""
    compressed = bool(re_accepts_gzip.search(request.headers.get("Accept-Encoding", "")))
    language = chosen_language(request, current_city())
    parts = (language, compressed, request.scheme, request.get_host(), request.path, query)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


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
