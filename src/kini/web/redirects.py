"""Redirects after a POST, and the exception by which a helper of a view redirects instead of returning."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url


class SeeOther(HttpResponseRedirect):
    """Redirect with 303 after a POST."""

    status_code = 303


class RedirectTo(Exception):
    """Raised below a view to show another page; guards answer with a redirect to `url`."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def see_other(to: str, *args: Any) -> HttpResponse:
    """Redirect with 303 to a URL or URL name."""
    return SeeOther(resolve_url(to, *args))
