"""Sections of the home page that show services."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kini.services import catalogue, queries

MAX_EVENTS = 5
MAX_CATEGORIES = 12
MAX_POPULAR = 6


def render_quick(request: HttpRequest) -> SafeString | None:
    """Quick links of the first row."""
    cards = queries.cards_by_ids(catalogue.current().quick)
    categories = catalogue.current().categories
    tiles = [(card, categories.get(card.category)) for card in cards]
    return _render(request, "services/home/quick.html", tiles=tiles) if tiles else None


def render_greeting(request: HttpRequest) -> SafeString | None:
    """Greeting with the number of services."""
    return _render(request, "services/home/greeting.html", count=queries.count_listed())


def render_popular(request: HttpRequest) -> SafeString | None:
    """Most requested services, without those that are quick links already."""
    categories, quick = catalogue.current().categories, catalogue.current().quick
    popular = [card for card in queries.popular_cards() if card.id not in quick][:MAX_POPULAR]
    cards = [(card, categories.get(card.category)) for card in popular]
    return _render(request, "services/home/popular.html", cards=cards) if cards else None


def render_categories(request: HttpRequest) -> SafeString | None:
    """The first categories as tiles, with a link to all of them."""
    categories = list(catalogue.current().categories.items())[:MAX_CATEGORIES]
    return _render(request, "services/home/categories.html", categories=categories)


def render_events(request: HttpRequest) -> SafeString | None:
    """Life events."""
    events = list(catalogue.current().events.items())[:MAX_EVENTS]
    return _render(request, "services/home/events.html", events=events) if events else None


def _render(request: HttpRequest, template: str, **context: object) -> SafeString:
    return SafeString(render_to_string(template, context, request))
