"""Pages that a phone may keep: what a stranger would be given at the same address, and nothing else.

A view marked with `copied` says so of its page in the header `Kini-Copy`: "same" when this very answer is what a
stranger gets, "other" when it holds something of the visitor. The service worker (static/kini/worker.js) keeps the
former; in place of the latter it asks again, without cookies, with the header `Kini-Copy: LANGUAGE`.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Kini-Copy"
MARK = "may_be_copied"


def mark(response: HttpResponse) -> None:
    setattr(response, MARK, True)


def copied[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """A view whose page, as strangers see it, may be kept on a phone and read when the net is away."""

    @wraps(view)
    def inside(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        mark(response)
        return response

    return inside


class Copies:
    """Middleware: says of a page whether it may be kept; sets no cookie with a page that is asked for to keep it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if HEADER in request.headers:
            response.cookies.clear()
        if getattr(response, MARK, False) and request.method == "GET" and response.status_code == 200:
            response[HEADER] = "same" if _stranger(request) and not response.cookies else "other"
        return response


def _stranger(request: HttpRequest) -> bool:
    """Whether nothing of the request tells one visitor from another but the language."""
    return set(request.COOKIES) <= {settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
