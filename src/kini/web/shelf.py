"""Finished pages on a shelf: what looks the same to everybody who is not signed in is made once a minute.

A view marked with `shared` says so of its page. The page lies on the shelf of this process, compressed as it was sent,
for each address, language and encoding; no visitor with a session is served from it, and none adds to it.
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
    """Middleware: answers from the shelf where it can, and puts there what may lie there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        place = place_of(request)
        if place and (kept := caches["pages"].get(place)):
            content, headers = kept
            return HttpResponse(content, headers=headers)
        response = self.get_response(request)
        if place and getattr(response, MARK, False) and response.status_code == 200 and not response.cookies:
            caches["pages"].set(place, (response.content, dict(response.headers)), SECONDS)
        return response


def place_of(request: HttpRequest) -> str:
    """Where the answer to this request lies; empty when it may lie nowhere."""
    address = request.get_full_path()
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    if request.method != "GET" or signed_in or "HX-Request" in request.headers or len(address) > LONGEST_ADDRESS:
        return ""
    compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    return f"{chosen(request, face())}|{compressed:d}|{address}"
