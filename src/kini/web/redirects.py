"""Redirects after a POST, also to other origins, and the exception by which a helper of a view redirects."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override


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


def allow_form_action(response: HttpResponseBase, origin: str) -> None:
    """Let forms of this page redirect to that origin (content security policy), and to no other."""
    policy: dict[str, Any] = {**settings.SECURE_CSP, "form-action": [CSP.SELF, origin]}
    csp_override(policy)(lambda _request: response)(None)
