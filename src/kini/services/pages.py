"""Public pages: catalogue, search, and the start page of each service."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.services import catalogue as catalogues
from kini.services import queries
from kini.services.models import Service
from kini.services.search import MAX_QUERY_LENGTH
from kini.services.search import search as find
from kini.services.snapshots import snapshots_by_version
from kini.services.start_page import start_page_context
from kini.web.page_cache import cache_for_anonymous


@require_safe
@cache_for_anonymous
def catalogue(request: HttpRequest) -> HttpResponse:
    """All services by category, with life events."""
    context = {"sections": queries.catalogue_sections(), "events": catalogues.current().events}
    return render(request, "services/catalogue.html", context)


@require_safe
@cache_for_anonymous
def category(request: HttpRequest, name: str) -> HttpResponse:
    """Services of one category."""
    category = catalogues.current().categories.get(name)
    if category is None:
        raise Http404
    context = {"title": category.name, "cards": queries.cards_of_category(name), "trail": _trail()}
    return render(request, "services/list.html", context)


@require_safe
@cache_for_anonymous
def event(request: HttpRequest, name: str) -> HttpResponse:
    """Services of one life event."""
    event = catalogues.current().events.get(name)
    if event is None:
        raise Http404
    cards = queries.cards_of_event(name)
    context = {"title": event.name, "lead": event.about, "cards": cards, "trail": _trail()}
    return render(request, "services/list.html", context)


@require_safe
@cache_for_anonymous
def search(request: HttpRequest) -> HttpResponse:
    """Search results."""
    typed = "".join(c for c in request.GET.get("q", "") if c.isprintable())[:MAX_QUERY_LENGTH].strip()
    cards = queries.cards_of(find(typed)) if typed else []
    categories = catalogues.current().categories.items()
    context = {"typed": typed, "cards": cards, "categories": categories}
    return render(request, "services/search.html", context)


@require_safe
@cache_for_anonymous
def service(request: HttpRequest, service: str) -> HttpResponse:
    """Start page of a service: facts, documents, next steps, and the panels of other rooms (start button, drafts)."""
    try:
        row = queries.active_service(service)
    except Service.DoesNotExist:
        raise Http404 from None
    snapshot = snapshots_by_version([row.current_id] if row.current_id else []).get(row.current_id or 0)
    if snapshot is None:
        raise Http404
    context = {"trail": _trail(row), **start_page_context(request, row, snapshot)}
    return render(request, "services/service.html", context)


def _trail(service: Service | None = None) -> list[tuple[str, str]]:
    """Breadcrumbs to the catalogue, and to the service's category."""
    trail = [(_("Services"), reverse("services:catalogue"))]
    category = catalogues.current().categories.get(service.category) if service else None
    if service and category:
        trail.append((str(category.name), reverse("services:category", args=[service.category])))
    return trail
