"""Pages that belong to no room: home, language switch, the city's colours, and what is said when something fails."""

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

from kini.core.files import NO_ROOM
from kini.web import formats
from kini.web import home as sections
from kini.web import theme as colours
from kini.web.city import face
from kini.web.copies import copied
from kini.web.home import PLACES
from kini.web.language import COOKIE_AGE

#: When a browser or program may come back while the database does not answer.
RETRY_SECONDS = 60


@require_safe
@copied
def home(request: HttpRequest) -> HttpResponse:
    """The first page, made of the sections that the rooms registered."""
    context = {place: sections.rendered(request, place) for place in PLACES}
    return render(request, "web/home.html", {"sections": context, "greeting": formats.greeting()})


@csrf_exempt
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the chosen language and go back to the page one came from.

    The form carries no token, so that pages without any other form are the same for everybody. What browsers say of
    the page that sent it takes the token's place; all that a foreign site could change is in which of the city's
    languages one reads.
    """
    wanted = request.POST.get("language", "")
    response = HttpResponseRedirect(_safe_next(request))
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
    if ours and wanted in face().languages:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=COOKIE_AGE,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("web:home")


def theme_version() -> str:
    """Changes with the city's colours, so that browsers may keep the stylesheet for ever."""
    return _version(tuple(face().theme.items()))


@lru_cache(maxsize=4)
def _version(theme: tuple[tuple[str, str], ...]) -> str:
    return sha256(colours.css(dict(theme)).encode()).hexdigest()[:8]


@require_safe
def theme(request: HttpRequest) -> HttpResponse:
    """The city's colours as a stylesheet; kept for ever under the address that carries their version."""
    response = HttpResponse(colours.css(face().theme), content_type="text/css; charset=utf-8")
    asked = request.META.get("QUERY_STRING") == theme_version()
    patch_cache_control(response, public=True, max_age=31_536_000 if asked else 300)
    return response


@require_safe
@cache_control(public=True, max_age=86_400)
def icon(request: HttpRequest) -> HttpResponse:
    """The mark of the program in the city's colour, for the browser's tab."""
    colour = colours.tokens(face().theme).get("brand-700", "#0b5d51")
    return HttpResponse(render_to_string("web/icon.svg", {"colour": colour}), content_type="image/svg+xml")


def problem(request: HttpRequest, status: int, message: str = "") -> HttpResponse:
    """A calm page for a status that is no success.

    Args:
        message: what to say instead of the general words for that status.
    """
    title, text = words(status)
    context: dict[str, Any] = {"status": status, "problem": title, "text": message or text}
    return render(request, "web/problem.html", context, status=status)


def words(status: int) -> tuple[str, str]:
    """What is said about a status: a heading and what one can do."""
    match status:
        case 403:
            return _("This page is not open to you"), _("Sign in with another account, or go back to where you were.")
        case 404:
            return _("This page does not exist"), _("Perhaps the address has a typing error, or the page has moved.")
        case 409:
            return _("This cannot be done now"), _("Go back, look at how things stand, and try again.")
        case 413:
            return _("This file is too large"), _("Go back and choose a smaller file, or take the photo again.")
        case 429:
            return _("Too many tries"), _("Please wait a few minutes and then try again.")
        case _:
            return _("This could not be read"), _("Go back and try again. What you typed is still there.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, and 413 when more was sent than is taken."""
    return problem(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(request, 404)


def too_large(request: HttpRequest) -> HttpResponse:
    return problem(request, 413)


def too_many(request: HttpRequest) -> HttpResponse:
    return problem(request, 429)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from this browser's own page, most often because it lay open for too long."""
    context = {
        "status": 403,
        "problem": _("This form was open for too long"),
        "text": _("Go back, reload the page and send it again. Cookies must be allowed for this site."),
    }
    return render(request, "web/problem.html", context, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, 503 while the database is away, 507 on a full disk; uses neither database nor session."""
    city = face()
    with override(getattr(request, "LANGUAGE_CODE", city.languages[0])):
        status, title, text = failure(sys.exception())
        passing = status != HTTPStatus.INTERNAL_SERVER_ERROR
        here = _here(request) if passing else ""
        context = {"city": city, "status": status, "problem": title, "text": text, "here": here}
        html = render_to_string("web/server_error.html", context)
    response = HttpResponse(html, status=status)
    if passing:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response


def failure(error: BaseException | None) -> tuple[int, str, str]:
    """Status, heading and text for an error that no view expected."""
    match error:
        case OperationalError() | InterfaceError():
            text = _(
                "The city's records cannot be reached at the moment. Answers that you had already saved are still "
                "there. Please try again in a minute."
            )
            return 503, _("Closed for a short while"), text
        case OSError() if error.errno in NO_ROOM:
            text = _(
                "Our disk is full, and nothing of what you just sent was kept. Answers that you had already saved are "
                "still there. The operators have to make room; please try again later."
            )
            return 507, _("There is no room for more files"), text
        case _:
            text = _(
                "The fault is ours, and it has been noted. Answers that you had already saved are still there. "
                "Please try again in a few minutes."
            )
            return 500, _("Something went wrong here"), text


def _here(request: HttpRequest) -> str:
    """The address to try once more; a form that was sent is sent again by going back to it."""
    return request.get_full_path() if request.method in ("GET", "HEAD") else ""
