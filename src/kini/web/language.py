"""Which language and which time a page speaks: the city's first language, unless the visitor chose another.

Browsers on shared and second-hand phones often ask for a language their owner does not read, so what the browser
says is not asked; the switch on every page is.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from kini.web import copies
from kini.web.city import CityFace, face

COOKIE_AGE = 365 * 24 * 3600


def chosen(request: HttpRequest, city: CityFace) -> str:
    """The language of the cookie (of a page to keep: of its header), when the city speaks it, else the city's first."""
    wanted = request.headers.get(copies.HEADER) or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return wanted if wanted in city.languages else city.languages[0]


class CityLocale:
    """Middleware: activates language and time zone for the request and names the language in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        city = face()
        language = chosen(request, city)
        with translation.override(language), timezone.override(city.timezone):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
