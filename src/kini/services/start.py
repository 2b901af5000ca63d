"""How one begins: rooms above put a panel on a service's start page (the button, drafts to go on with)."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.safestring import SafeString

from kini.core.registry import Registry
from kini.services.models import Service

#: For a service whose kind is present: the HTML with which it is begun, or None.
type StartPanel = Callable[[HttpRequest, Service], SafeString | None]

start_panels: Registry[StartPanel] = Registry("start panel")


def panels(request: HttpRequest, service: Service) -> list[SafeString]:
    """Everything with which this visitor can begin this service."""
    return [html for panel in start_panels if (html := panel(request, service))]
