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

from kini.web import copies
from kini.web.city import face
from kini.web.language import chosen

#: Maximum age of a page in seconds.
SECONDS = 60
LONGEST_ADDRESS = 200
MARK = "is_shared"
#: Django sets it in `request.META` when a page uses the CSRF token.
TOKEN_USED = "CSRF_COOKIE_NEEDS_UPDATE"  # noqa: S105


def shared[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Mark a view whose page is the same for all anonymous visitors; it may be a minute old and stored offline."""

    @wraps(view)
    def inside(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        setattr(response, MARK, True)
        copies.mark(response)
        return response

    return inside


class Shelf:
    """Middleware: serve from the cache, store what `may_store` admits."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = key_of(request)
        if key and (cached := caches["pages"].get(key)):
            content, headers = cached
            return HttpResponse(content, headers=headers)
        response = self.get_response(request)
        if key and may_store(request, response):
            caches["pages"].set(key, (response.content, dict(response.headers)), SECONDS)
        return response


def key_of(request: HttpRequest) -> str:
    """Cache key of a request; empty when the page must be rendered for this visitor."""
    address = request.get_full_path()
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    if request.method != "GET" or signed_in or "HX-Request" in request.headers or len(address) > LONGEST_ADDRESS:
        return ""
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    return f"{chosen(request, face())}|{compressed:d}|{request.scheme}://{request.get_host()}{address}"


def may_store(request: HttpRequest, response: HttpResponse) -> bool:
    """Return True if the response is a marked page without anything personal.

    It contains no CSRF token and sets no cookie; the request has no cookies but the language's and an unused CSRF
    cookie, and does not come from the service worker, for which cookies are removed (web/copies.py).
    """
    marked = getattr(response, MARK, False) and response.status_code == 200 and not response.streaming
    personal = TOKEN_USED in request.META or response.cookies or response.has_header("Set-Cookie")
    harmless = {settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    told_apart = copies.HEADER in request.headers or not set(request.COOKIES) <= harmless
    return bool(marked and not personal and not told_apart)
