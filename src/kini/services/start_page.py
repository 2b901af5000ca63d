"""Extension points of a service's start page: panels of other rooms, such as the start button or open drafts."""

from collections.abc import Callable, Iterable
from pathlib import Path

from django.http import HttpRequest
from django.utils.safestring import SafeString

from kini.core.registry import Registry
from kini.services.models import Service

#: Called for each service whose kind is installed; returns HTML, or None.
start_panels: Registry[Callable[[HttpRequest, Service], SafeString | None]] = Registry("panel of the start page")

#: Given the pack folder, returns the ids of the services that a room shows on its own pages.
services_on_other_pages: Registry[Callable[[Path], Iterable[str]]] = Registry(
    "room that shows services on its own pages"
)


def render_panels(request: HttpRequest, service: Service) -> list[SafeString]:
    """Panels for a service, in order of registration."""
    return [html for panel in start_panels if (html := panel(request, service))]
