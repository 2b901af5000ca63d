"""What rooms above put on a service's start page: the way in, drafts to go on with."""

from collections.abc import Callable, Iterable
from pathlib import Path

from django.http import HttpRequest
from django.utils.safestring import SafeString

from kini.core.registry import Registry
from kini.services.models import Service

#: Each is asked for every service whose kind is present, and answers with HTML, or with None when it has nothing.
start_panels: Registry[Callable[[HttpRequest, Service], SafeString | None]] = Registry("panel of the start page")

#: Services that a room shows something for on pages of its own, as the files of a pack say; given the pack's folder.
shown_elsewhere: Registry[Callable[[Path], Iterable[str]]] = Registry("room that shows services on its own pages")


def panels(request: HttpRequest, service: Service) -> list[SafeString]:
    """What stands where one begins, in the order in which rooms registered it."""
    return [html for panel in start_panels if (html := panel(request, service))]
