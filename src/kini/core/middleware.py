"""Middleware of every request: request id and access log line, security headers."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from kini.core.client_address import current_request

log = structlog.get_logger("kini.request")


class RequestContext:
    """Binds a request id for the logs and returns it in the header X-Request-Id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = uuid.uuid4().hex
        started = time.perf_counter()
        current = current_request.set(request)
        with structlog.contextvars.bound_contextvars(request=request_id):
            response = self.get_response(request)
            write = log.debug if request.path.startswith("/health/") else log.info  # probes come all the time
            write(
                "answered",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
        current_request.reset(current)
        response["X-Request-Id"] = request_id
        return response


class SecurityHeaders:
    """Sets security headers that Django does not set, unless the response has them."""

    HEADERS = {
        "X-Frame-Options": "DENY",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        return response
