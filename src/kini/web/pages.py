"""Pages of no particular room: home, language switch, theme stylesheet, error pages."""

import sys
from functools import lru_cache
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kini.core.files import DISK_FULL_ERRNOS
from kini.web import formats
from kini.web import home as sections
from kini.web import theme as colours
from kini.web.current_city import current_city
from kini.web.home import PLACES
from kini.web.language import COOKIE_AGE
from kini.web.offline_pages import available_offline
from kini.web.page_cache import cache_for_anonymous

#: Retry-After while the database is unreachable.
RETRY_SECONDS = 60


@require_safe
@available_offline
def home(request: HttpRequest) -> HttpResponse:
    """Home page, built from the registered sections."""
    context = {place: sections.render_sections(request, place) for place in PLACES}
    return render(request, "web/home.html", {"sections": context, "greeting": formats.greeting()})


@require_safe
@cache_for_anonymous
def help_page(request: HttpRequest) -> HttpResponse:
    """Page with help: emergency numbers, the city's contact, what one does where."""
    return render(request, "web/help.html", {"contact": current_city().contact})


@require_safe
@cache_for_anonymous
def accessibility(request: HttpRequest) -> HttpResponse:
    """Accessibility statement: standard, how it is tested, known gaps, whom to tell."""
    return render(request, "web/accessibility.html", {"contact": current_city().contact})


@csrf_exempt
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Store the chosen language and redirect to the previous page.

    The form has no CSRF token, so that pages without other forms are the same for all visitors. Sec-Fetch-Site replaces
    it; the worst a foreign site could do is to switch between the city's languages.
    """
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(_safe_next(request))
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    if ours and language in current_city().languages:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=COOKIE_AGE,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


def _safe_next(request: HttpRequest) -> str:
    url = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if safe else reverse("web:home")


def theme_version() -> str:
    """Version of the theme, for cache busting."""
    return _version(tuple(current_city().theme.items()))


@lru_cache(maxsize=4)
def _version(theme: tuple[tuple[str, str], ...]) -> str:
    return sha256(colours.stylesheet(dict(theme)).encode()).hexdigest()[:8]


@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """Stylesheet of the city's colours; cached for a year under the URL with its version."""
    response = HttpResponse(colours.stylesheet(current_city().theme), content_type="text/css; charset=utf-8")
    is_versioned = request.META.get("QUERY_STRING") == theme_version()
    patch_cache_control(response, public=True, max_age=31_536_000 if is_versioned else 300)
    return response


@require_safe
@cache_control(public=True, max_age=86_400)
def icon(request: HttpRequest) -> HttpResponse:
    """Favicon in the city's colour."""
    colour = colours.theme_tokens(current_city().theme).get("brand-700", "#0b5d51")
    return HttpResponse(render_to_string("web/icon.svg", {"colour": colour}), content_type="image/svg+xml")


def error_page(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """Error page.

    Args:
        message: replaces the general text for that status.
    """
    title, text = error_texts(status)
    context: dict[str, Any] = {"status": status, "problem": title, "text": message or text}
    return render(request, "web/problem.html", context, status=status)


def error_texts(status: int) -> tuple[str, str]:
    """Heading and advice for a status."""
    match status:
        case 403:
            return _("You do not have access to this page"), _("Sign in with another account, or go back.")
        case 404:
            return _("This page does not exist"), _("Check the address; the page may also have moved.")
        case 409:
            return _("This cannot be done now"), _("Go back, check the current state and try again.")
        case 413:
            return _("This file is too large"), _("Go back and choose a smaller file, or take the photo again.")
        case 429:
            return _("Too many attempts"), _("Please wait a few minutes and then try again.")
        case _:
            return _("The request could not be read"), _("Go back and try again. What you typed is still there.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 for a request that is too large."""
    return error_page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404)


def too_large(request: HttpRequest) -> HttpResponse:
    return error_page(request, 413)


def too_many(request: HttpRequest) -> HttpResponse:
    return error_page(request, 429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a failed CSRF check, most often a form that was open for too long."""
    context = {
        "status": 403,
        "problem": _("This form was open for too long"),
        "text": _("Go back, reload the page and send it again. Cookies must be allowed for this site."),
    }
    return render(request, "web/problem.html", context, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, 503 while the database is unreachable, 507 on a full disk; uses neither database nor session."""
    city = current_city()
    with override(getattr(request, "LANGUAGE_CODE", city.languages[0])):
        status, title, text = server_failure(sys.exception())
        passing = status != HTTPStatus.INTERNAL_SERVER_ERROR
        here = _here(request) if passing else ""
        context = {"city": city, "status": status, "problem": title, "text": text, "here": here}
        html = render_to_string("web/server_error.html", context)
    response = HttpResponse(html, status=status)
    if passing:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def server_failure(error: BaseException | None) -> tuple[int, str, str]:
    """Status, heading and text for an unexpected exception."""
    match error:
        case OperationalError() | InterfaceError():
            text = _(
                "The city's records cannot be reached at the moment. Answers that you had already saved are still "
                "there. Please try again in a minute."
            )
            return 503, _("Temporarily unavailable"), text
        case OSError() if error.errno in DISK_FULL_ERRNOS:
            text = _(
                "Our storage is full, and what you just sent was not saved. Answers that you had already saved are "
                "still there. The operators have to make room; please try again later."
            )
            return 507, _("Storage full"), text
        case _:
            text = _(
                "The error is on our side and has been logged. Answers that you had already saved are still there. "
                "Please try again in a few minutes."
            )
            return 500, _("Something went wrong"), text


def _here(request: HttpRequest) -> str:
    """URL to retry; empty for a form, which is sent again by going back."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else ""
