"""Pages that the service worker may store: only what an anonymous visitor would get at the same URL.

The response of a view marked with `copied` carries the header `Kini-Copy`: "same" when it is what an anonymous visitor
gets, "other" when it contains anything personal. The service worker (static/kini/worker.js) stores the former; instead
of the latter it fetches the page again without cookies, with the header `Kini-Copy: LANGUAGE`.

A page that depends on a place names the public pages of that area instead (`keep_also`): the worker fetches and stores
them in the same way, and nothing tells from whom the place came.

A page of an officer's working day may hold persons: `keep_for_working_day` lets the phone of that officer keep it for
some hours. It goes with the sign-out, and when another person signs in. Forms on it have an input `keep` and a key in
their address, so that what was sent without a net arrives later, once (static/kini/unsent.js).
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kini.core import current_time

HEADER, ALSO_HEADER, UNTIL_HEADER = "Kini-Copy", "Kini-Copy-Also", "Kini-Keep-Until"
#: How long a phone keeps a page of a working day.
WORKING_DAY = timedelta(hours=14)
OFFLINE = "may_be_copied"


def mark_available_offline(response: HttpResponse) -> None:
    setattr(response, OFFLINE, True)


def available_offline[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Mark a view whose anonymous page may be stored on a phone and read offline."""

    @wraps(view)
    def inside(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        mark_available_offline(response)
        return response

    return inside


def keep_also(response: HttpResponse, *paths: str) -> None:
    """Let the service worker store these public pages, too: what the visitor may need next without a net."""
    response[ALSO_HEADER] = " ".join(paths)


def keep_for_working_day(response: HttpResponse) -> None:
    """Let the service worker of the visitor's phone keep a page with persons for a working day."""
    response[UNTIL_HEADER] = (current_time.now() + WORKING_DAY).isoformat()


class OfflinePageMiddleware:
    """Middleware: set the header `Kini-Copy`; remove cookies from responses that the service worker stores."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if HEADER in request.headers:
            response.cookies.clear()
        if getattr(response, OFFLINE, False) and request.method == "GET" and response.status_code == 200:
            response[HEADER] = "same" if _is_anonymous(request) and not response.cookies else "other"
        return response


def _is_anonymous(request: HttpRequest) -> bool:
    """Return True if the request carries no cookies but those of language and CSRF."""
    return set(request.COOKIES) <= {settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
