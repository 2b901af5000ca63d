"""Error pages for refused actions."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kini.core.actors import NotAllowed, Refused
from kini.core.file_refusals import FileRefused
from kini.core.limits import TooMany
from kini.web import pages


def status_of(refusal: Refused) -> int:
    """403 for a missing permission, 429 for a rate limit, a file's own status, else 409."""
    match refusal:
        case NotAllowed():
            return 403
        case TooMany():
            return 429
        case FileRefused():
            return refusal.status
        case _:
            return 409


class Refusals:
    """Middleware: render `Refused` raised by any view as an error page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            response = pages.problem(request, status_of(exception), str(exception))
            if isinstance(exception, TooMany):
                response["Retry-After"] = str(exception.wait)
            return response
        return None
