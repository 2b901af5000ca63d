"""Public pages: catalogue, search, and the start page of each service."""

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kini.core.texts import Text
from kini.services import catalogue as catalogues
from kini.services import queries, wording
from kini.services.fields.uploads import DocumentField
from kini.services.kinds import kinds
from kini.services.models import Service
from kini.services.schema import Definition, Law
from kini.services.search import LONGEST
from kini.services.search import search as find
from kini.services.start import panels
from kini.services.versions import ResolvedPage, resolve_many
from kini.web.shelf import shared


@require_safe
@shared
def catalogue(request: HttpRequest) -> HttpResponse:
    """All services by category, with life events."""
    shelves = queries.catalogue()
    context = {
        "shelves": shelves,
        "count": sum(len(shelf.cards) for shelf in shelves),
        "events": catalogues.current().events,
    }
    return render(request, "services/catalogue.html", context)


@require_safe
@shared
def category(request: HttpRequest, name: str) -> HttpResponse:
    """Services of one category."""
    found = catalogues.current().categories.get(name)
    if found is None:
        raise Http404
    context = {"title": found.name, "cards": queries.by_category(name), "trail": [(_("Services"), _here("catalogue"))]}
    return render(request, "services/list.html", context)


@require_safe
@shared
def event(request: HttpRequest, name: str) -> HttpResponse:
    """Services of one life event."""
    found = catalogues.current().events.get(name)
    if found is None:
        raise Http404
    trail = [(_("Services"), _here("catalogue"))]
    context = {"title": found.name, "lead": found.about, "cards": queries.by_event(name), "trail": trail}
    return render(request, "services/list.html", context)


@require_safe
@shared
def search(request: HttpRequest) -> HttpResponse:
    """Search results."""
    typed = "".join(c for c in request.GET.get("q", "") if c.isprintable())[:LONGEST].strip()
    cards = queries.cards(find(typed)) if typed else []
    categories = catalogues.current().categories.items()
    context = {"typed": typed, "cards": cards, "categories": categories}
    return render(request, "services/search.html", context)


@require_safe
@shared
def service(request: HttpRequest, service: str) -> HttpResponse:
    """Start page of a service: facts, documents, next steps, and the panels of other rooms (start button, drafts)."""
    try:
        found = queries.service(service)
    except Service.DoesNotExist:
        raise Http404 from None
    resolved = resolve_many([found.current_id] if found.current_id else []).get(found.current_id or 0)
    if resolved is None:
        raise Http404
    kind = kinds.find(found.kind)
    context = {
        "service": found,
        "definition": resolved.definition,
        "agency": Text.model_validate(found.agency.name),
        "trail": _trail(found),
        "figures": _figures(resolved.definition),
        "facts": _facts(resolved.definition),
        "notes": wording.notes(resolved),
        "documents": [_document(page) for page in resolved.pages if isinstance(_only(page), DocumentField)],
        "channels": list(resolved.channels.values()),
        "steps": wording.steps_ahead(resolved),
        "laws": [_law(law) for law in resolved.definition.law],
        "sources": [_source(source) for source in resolved.definition.sources],
        "panels": panels(request, found) if kind else [],
        "present": kind is not None,
        "quick_exit": kind.quick_exit(resolved.definition) if kind else False,
        "unconfirmed": resolved.definition.confidence == "low",
    }
    return render(request, "services/service.html", context)


def _here(name: str, *arguments: str) -> str:
    return reverse(f"services:{name}", args=arguments)


def _trail(service: Service) -> list[tuple[str, str]]:
    trail = [(_("Services"), _here("catalogue"))]
    category = catalogues.current().categories.get(service.category)
    return [*trail, (str(category.name), _here("category", service.category))] if category else trail


def _figures(definition: Definition) -> list[tuple[str, str]]:
    cost, time = wording.fee_words(definition.fee), wording.time_words(definition.target, definition.gives.type)
    return [(_("Cost"), cost), (_("Time"), time)]


def _facts(definition: Definition) -> list[tuple[str, str]]:
    return [(_("For"), str(definition.for_)), (_("You get"), str(definition.gives.name))]


def _only(page: ResolvedPage) -> object:
    return next(iter(page.fields.values()))


def _document(page: ResolvedPage) -> dict[str, object]:
    return {"field": _only(page), "sometimes": page.when is not None}


def _law(law: Law) -> str:
    return law.text if law.confidence != "low" else _("%(law)s (not yet confirmed)") % {"law": law.text}


def _source(source: str) -> tuple[str, str]:
    """A source as (label, URL or ""); the label of a URL is its host."""
    site = urlsplit(source).hostname
    return (site.removeprefix("www."), source) if site else (source, "")
