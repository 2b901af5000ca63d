"""CSRF protection of forms: Django's token, or for marked views the origin that the browser sends.

A token makes a page different for each visitor, so it cannot be cached for all. Views marked with
`same_origin_suffices` therefore also accept a form without a token if headers that no script can set show that it
comes from a page of this site (W3C Fetch Metadata `Sec-Fetch-Site`, else `Origin`, RFC 6454).
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware

MARK = "same_origin_suffices"


def same_origin_suffices[**P](view: Callable[P, HttpResponse]) -> Callable[P, HttpResponse]:
    """Mark a view whose form is on pages cached for all visitors."""
    setattr(view, MARK, True)
    return view


def from_same_origin(request: HttpRequest) -> bool:
    """Return True if the browser states that a page of this site sent the request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


class SameOriginCsrfMiddleware(CsrfViewMiddleware):
    """Middleware: Django's CSRF check unless the origin suffices."""

    def process_view(
        self,
        request: HttpRequest,
        callback: Callable[..., HttpResponseBase],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponseForbidden | None:
        if getattr(callback, MARK, False) and from_same_origin(request):
            return None
        return super().process_view(request, callback, callback_args, callback_kwargs)
