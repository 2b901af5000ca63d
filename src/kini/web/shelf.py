"""Page cache: pages that look the same to everybody who is not signed in are rendered once a minute.

A view marked with `shared` says so of its page. The page lies in the memory of this process, compressed as it was sent,
for each address, language and encoding. The cache itself looks at the request and at the final response and stores only
what a stranger without cookies would get (`may_store`): it does not rely on where other middlewares stand.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

from kini.web import copies
from kini.web.city import face
from kini.web.language import chosen

#: How old a page may be.
SECONDS = 60
LONGEST_ADDRESS = 200
MARK = "is_shared"
#: Django sets it in `request.META` as soon as a page asks for the token of a form, and leaves it there.
TOKEN_USED = "CSRF_COOKIE_NEEDS_UPDATE"  # noqa: S105


def shared[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """A view whose page is the same for everybody without a session, and may be a minute old; phones may keep it."""

    @wraps(view)
    def inside(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        setattr(response, MARK, True)
        copies.mark(response)
        return response

    return inside


class Shelf:
    """Middleware: answers from the cache where it can, and stores what may be stored."""

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
    """Cache key of the page for this request; empty when it must be rendered for this visitor."""
    address = request.get_full_path()
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    if request.method != "GET" or signed_in or "HX-Request" in request.headers or len(address) > LONGEST_ADDRESS:
        return ""
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    return f"{chosen(request, face())}|{compressed:d}|{request.scheme}://{request.get_host()}{address}"


def may_store(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether the response is a marked page without anything of the visitor for whom it was rendered.

    No token of a form in it, no cookie set with it, no cookie sent with its request but that of the language and an
    unused one of forms, and not fetched by a service worker, for which cookies are taken off (web/copies.py).
    """
    marked = getattr(response, MARK, False) and response.status_code == 200 and not response.streaming
    personal = TOKEN_USED in request.META or response.cookies or response.has_header("Set-Cookie")
    harmless = {settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    told_apart = copies.HEADER in request.headers or not set(request.COOKIES) <= harmless
    return bool(marked and not personal and not told_apart)
