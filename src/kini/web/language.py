"""Language and time zone of a page: the city's default language unless the visitor chose another.

Accept-Language is ignored: browsers on shared and second-hand phones often ask for a language their owner does not
read. Every page has a language switch.
"""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation

from kini.web import offline_pages
from kini.web.current_city import CityInfo, current_city

COOKIE_AGE = 365 * 24 * 3600


def chosen_language(request: HttpRequest, city: CityInfo) -> str:
    """Language of the cookie (of the header, for pages stored offline) if the city offers it, else the default."""
    code = request.headers.get(offline_pages.HEADER) or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return code if code in city.languages else city.languages[0]


def load_languages() -> Sequence[str]:
    """Read the texts of the city's languages, the addresses in each, and the tags and filters of all templates."""
    languages = current_city().languages
    for code in languages:
        with translation.override(code):
            translation.gettext("")
            reverse("web:home")
    get_template("web/home.html")
    return languages


class CityLocaleMiddleware:
    """Middleware: activate language and time zone, set Content-Language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        city = current_city()
        language = chosen_language(request, city)
        with translation.override(language), timezone.override(city.timezone):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
