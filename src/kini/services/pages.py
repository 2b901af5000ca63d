"""Public pages: catalogue, search, and the start page of each service."""

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.core.localized_text import Text
from kini.services import catalogue as catalogues
from kini.services import queries, service_facts
from kini.services.fields.uploads import DocumentField
from kini.services.kinds import kinds
from kini.services.models import Service
from kini.services.schema import Definition, Law
from kini.services.search import MAX_QUERY_LENGTH
from kini.services.search import search as find
from kini.services.snapshots import PageSnapshot, snapshots_by_version
from kini.services.start_page import render_panels
from kini.web.page_cache import cache_for_anonymous


@require_safe
@cache_for_anonymous
def catalogue(request: HttpRequest) -> HttpResponse:
    """All services by category, with life events."""
    shelves = queries.catalogue_sections()
    context = {
        "shelves": shelves,
        "count": sum(len(shelf.cards) for shelf in shelves),
        "events": catalogues.current().events,
    }
    return render(request, "services/catalogue.html", context)


@require_safe
@cache_for_anonymous
def category(request: HttpRequest, name: str) -> HttpResponse:
    """Services of one category."""
    found = catalogues.current().categories.get(name)
    if found is None:
        raise Http404
    context = {
        "title": found.name,
        "cards": queries.cards_of_category(name),
        "trail": [(_("Services"), _here("catalogue"))],
    }
    return render(request, "services/list.html", context)


@require_safe
@cache_for_anonymous
def event(request: HttpRequest, name: str) -> HttpResponse:
    """Services of one life event."""
    found = catalogues.current().events.get(name)
    if found is None:
        raise Http404
    trail = [(_("Services"), _here("catalogue"))]
    context = {"title": found.name, "lead": found.about, "cards": queries.cards_of_event(name), "trail": trail}
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
        found = queries.active_service(service)
    except Service.DoesNotExist:
        raise Http404 from None
    snapshot = snapshots_by_version([found.current_id] if found.current_id else []).get(found.current_id or 0)
    if snapshot is None:
        raise Http404
    kind = kinds.find(found.kind)
    context = {
        "service": found,
        "definition": snapshot.definition,
        "agency": Text.model_validate(found.agency.name),
        "trail": _trail(found),
        "figures": _figures(snapshot.definition),
        "facts": _facts(snapshot.definition),
        "notes": service_facts.notes(snapshot),
        "documents": [_document(page) for page in snapshot.pages if isinstance(_only(page), DocumentField)],
        "channels": list(snapshot.channels.values()),
        "steps": service_facts.upcoming_steps(snapshot),
        "laws": [_law(law) for law in snapshot.definition.law],
        "sources": [_source(source) for source in snapshot.definition.sources],
        "panels": render_panels(request, found) if kind else [],
        "present": kind is not None,
        "quick_exit": kind.quick_exit(snapshot.definition) if kind else False,
        "unconfirmed": snapshot.definition.confidence == "low",
    }
    return render(request, "services/service.html", context)


def _here(name: str, *arguments: str) -> str:
    return reverse(f"services:{name}", args=arguments)


def _trail(service: Service) -> list[tuple[str, str]]:
    trail = [(_("Services"), _here("catalogue"))]
    category = catalogues.current().categories.get(service.category)
    return [*trail, (str(category.name), _here("category", service.category))] if category else trail


def _figures(definition: Definition) -> list[tuple[str, str]]:
    cost, time = (
        service_facts.fee_words(definition.fee),
        service_facts.time_words(definition.target, definition.gives.type),
    )
    return [(_("Cost"), cost), (_("Time"), time)]


def _facts(definition: Definition) -> list[tuple[str, str]]:
    return [(_("For"), str(definition.for_)), (_("You get"), str(definition.gives.name))]


def _only(page: PageSnapshot) -> object:
    return next(iter(page.fields.values()))


def _document(page: PageSnapshot) -> dict[str, object]:
    return {"field": _only(page), "sometimes": page.when is not None}


def _law(law: Law) -> str:
    return law.text if law.confidence != "low" else _("%(law)s (not yet confirmed)") % {"law": law.text}


def _source(source: str) -> tuple[str, str]:
    """A source as (label, URL or ""); the label of a URL is its host."""
    site = urlsplit(source).hostname
    return (site.removeprefix("www."), source) if site else (source, "")
