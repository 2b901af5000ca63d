"""Content of a service's start page, and its extension point: panels of other rooms (start button, open drafts)."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kini.core.localized_text import Text
from kini.core.registry import Registry
from kini.services import service_facts
from kini.services.fields.uploads import DocumentField
from kini.services.kinds import kinds
from kini.services.models import Service
from kini.services.schema import Definition, Law
from kini.services.snapshots import PageSnapshot, ServiceSnapshot

#: Called for each service whose kind is installed; returns HTML, or None.
start_panels: Registry[Callable[[HttpRequest, Service], SafeString | None]] = Registry("panel of the start page")

#: Given the pack folder, returns the ids of the services that a room shows on its own pages.
services_on_other_pages: Registry[Callable[[Path], Iterable[str]]] = Registry(
    "room that shows services on its own pages"
)


def render_panels(request: HttpRequest, service: Service) -> list[SafeString]:
    """Panels for a service, in order of registration."""
    return [html for panel in start_panels if (html := panel(request, service))]


def start_page_context(request: HttpRequest, service: Service, snapshot: ServiceSnapshot) -> dict[str, Any]:
    """Template context of the start page, without breadcrumbs."""
    kind, definition = kinds.find(service.kind), snapshot.definition
    return {
        "service": service,
        "definition": definition,
        "agency": Text.model_validate(service.agency.name),
        "figures": _figures(definition),
        "facts": _facts(definition),
        "notes": service_facts.notes(snapshot),
        "documents": [_document(page) for page in snapshot.pages if isinstance(_only_field(page), DocumentField)],
        "channels": list(snapshot.channels.values()),
        "steps": service_facts.upcoming_steps(snapshot),
        "laws": [_law(law) for law in definition.law],
        "sources": [_source(source) for source in definition.sources],
        "panels": render_panels(request, service) if kind else [],
        "present": kind is not None,
        "quick_exit": kind.quick_exit(definition) if kind else False,
        "call": service_facts.emergency_number(snapshot),
        "unconfirmed": definition.confidence == "low",
    }


def _figures(definition: Definition) -> list[tuple[str, str]]:
    time = service_facts.time_words(definition.target, definition.gives.type)
    return [(_("Cost"), service_facts.fee_words(definition.fee)), (_("Time"), time)]


def _facts(definition: Definition) -> list[tuple[str, str]]:
    return [(_("For"), str(definition.for_)), (_("You get"), str(definition.gives.name))]


def _only_field(page: PageSnapshot) -> object:
    return next(iter(page.fields.values()))


def _document(page: PageSnapshot) -> dict[str, object]:
    return {"field": _only_field(page), "sometimes": page.when is not None}


def _law(law: Law) -> str:
    return law.text if law.confidence != "low" else _("%(law)s (not yet confirmed)") % {"law": law.text}


def _source(source: str) -> tuple[str, str]:
    """A source as (label, URL or ""); the label of a URL is its host."""
    site = urlsplit(source).hostname
    return (site.removeprefix("www."), source) if site else (source, "")
