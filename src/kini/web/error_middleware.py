"""Error pages for refused actions."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kini.core.actors import ActionRefused, NotAllowed
from kini.core.attempt_limits import TooManyAttempts
from kini.core.file_errors import FileRefused
from kini.web import pages


def status_for(refusal: ActionRefused) -> int:
    """403 for a missing permission, 429 for a rate limit, a file's own status, else 409."""
    match refusal:
        case NotAllowed():
            return 403
        case TooManyAttempts():
            return 429
        case FileRefused():
            return refusal.status
        case _:
            return 409


class RefusalMiddleware:
    """Middleware: render `Refused` raised by any view as an error page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, ActionRefused):
            response = pages.error_page(request, status_for(exception), str(exception))
            if isinstance(exception, TooManyAttempts):
                response["Retry-After"] = str(exception.wait)
            return response
        return None
