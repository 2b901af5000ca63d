"""Registry of panels that rooms above add to the pages of a case."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from kini.cases.case_view import CaseView
from kini.core.registry import Registry

type Place = Literal["tracker", "end", "sent", "papers", "desk"]


@dataclass(frozen=True, slots=True)
class CasePanel:
    """Fragment of a page: HTML, or None if there is nothing to show for the case.

    Attributes:
        place: the resident's page of the case, its end below letter and photos, the page after sending it, what may be
            kept of it ("papers"), or the officer's page.
    """

    place: Place
    render: Callable[[HttpRequest, CaseView], SafeString | None]


case_panels: Registry[CasePanel] = Registry("panel of a case")


def render_panels(request: HttpRequest, view: CaseView, place: Place) -> SafeString:
    """Render all panels of a page: the kind's own first, then those of rooms above in order."""
    own = render_to_string(*view.panel, request=request) if view.panel else ""
    return mark_safe(own + render_room_panels(request, view, place))  # both are HTML already


def render_room_panels(request: HttpRequest, view: CaseView, place: Place) -> SafeString:
    """Render the panels of rooms above."""
    rendered = (panel.render(request, view) for panel in case_panels if panel.place == place)
    return mark_safe("".join(html for html in rendered if html))  # each of them is HTML already
