"""Pages that the service worker may store: only what an anonymous visitor would get at the same URL.

The response of a view marked with `copied` carries the header `Kini-Copy`: "same" when it is what an anonymous visitor
gets, "other" when it contains anything personal. The service worker (static/kini/worker.js) stores the former; instead
of the latter it fetches the page again without cookies, with the header `Kini-Copy: LANGUAGE`.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Kini-Copy"
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
