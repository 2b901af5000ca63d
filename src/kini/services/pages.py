"""The catalogue's pages: what there is, where to find it, and how to begin."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kini.services import facts, queries, start
from kini.services import catalogue as pack_catalogue
from kini.services.kinds import kinds
from kini.services.models import Service
from kini.services.search import search as search_services
from kini.services.versions import resolve

LONGEST_SEARCH = 200


def catalogue(request: HttpRequest) -> HttpResponse:
    """Everything, by category, with the life events beside it."""
    categories = queries.by_category()
    context = {
        "categories": categories,
        "events": pack_catalogue.current().events.items(),
        "count": sum(len(held) for _pk, _category, held in categories),
    }
    return render(request, "services/catalogue.html", context)


def category(request: HttpRequest, pk: str) -> HttpResponse:
    """The services of one category."""
    return _listed(request, pk, queries.by_category(), _("Services"))


def event(request: HttpRequest, pk: str) -> HttpResponse:
    """The services that belong to one event of life."""
    return _listed(request, pk, queries.by_event(), _("Services"))


def _listed(
    request: HttpRequest, pk: str, groups: list[tuple[str, Any, list[queries.Offer]]], above: str
) -> HttpResponse:
    found = next(((group, offers) for key, group, offers in groups if key == pk), None)
    if found is None:
        raise Http404
    trail = [(above, reverse("services:catalogue"))]
    return render(request, "services/listed.html", {"group": found[0], "offers": found[1], "trail": trail})


def search(request: HttpRequest) -> HttpResponse:
    """What fits the words that somebody typed, the best first."""
    words = "".join(c for c in request.GET.get("q", "") if c.isprintable())[:LONGEST_SEARCH].strip()
    found = queries.offers(search_services(words, get_language() or "")) if words else []
    context = {"words": words, "offers": found, "popular": queries.chosen(pack_catalogue.current().popular)[:6]}
    return render(request, "services/search.html", context)


def service(request: HttpRequest, pk: str) -> HttpResponse:
    """The start page of one service."""
    try:
        found = queries.service(pk)
    except Service.DoesNotExist:
        raise Http404 from None
    assert found.current is not None
    resolved = resolve(found.current)
    kind = kinds.find(found.kind)
    group = pack_catalogue.current().categories[found.category]
    context = {
        "service": found,
        "resolved": resolved,
        "definition": resolved.definition,
        "tiles": facts.tiles(resolved),
        "papers": facts.papers(resolved),
        "ways": facts.ways(resolved),
        "steps": facts.steps(resolved),
        "sources": facts.sources(resolved),
        "panels": start.panels(request, found) if kind else [],
        "present": kind is not None,
        "sensitive": bool(kind and kind.quick_exit(resolved.definition)),
        "trail": [
            (_("Services"), reverse("services:catalogue")),
            (group.name, reverse("services:category", args=[found.category])),
        ],
    }
    return render(request, "services/service.html", context)
