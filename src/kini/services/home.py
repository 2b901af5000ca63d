"""What the services room puts on the home page."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.services import queries
from kini.services import catalogue
from kini.services.models import Service
from kini.web.home import HomeSection

MOST_EVENTS = 6
MOST_POPULAR = 6


def quick(request: HttpRequest) -> SafeString | None:
    found = queries.chosen(catalogue.current().quick)
    return render_to_string("services/home/quick.html", {"offers": found}, request) if found else None


def popular(request: HttpRequest) -> SafeString | None:
    found = queries.chosen(catalogue.current().popular)[:MOST_POPULAR]
    return render_to_string("services/home/popular.html", {"offers": found}, request) if found else None


def categories(request: HttpRequest) -> SafeString | None:
    context = {"categories": catalogue.current().categories.items(), "count": Service.objects.filter(active=True).count()}
    return render_to_string("services/home/categories.html", context, request)


def events(request: HttpRequest) -> SafeString | None:
    found = list(catalogue.current().events.items())[:MOST_EVENTS]
    return render_to_string("services/home/events.html", {"events": found}, request) if found else None


SECTIONS = {
    "services-quick": HomeSection(10, quick, "quick"),
    "services-popular": HomeSection(20, popular),
    "services-categories": HomeSection(30, categories),
    "services-events": HomeSection(20, events, "aside"),
}
