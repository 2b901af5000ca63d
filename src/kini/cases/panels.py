"""What rooms above put on the pages of a case, beside what its kind adds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from kini.cases.showing import CaseView
from kini.core.registry import Registry

type Place = Literal["tracker", "sent", "papers", "desk"]


@dataclass(frozen=True, slots=True)
class CasePanel:
    """A piece of a page: HTML, or None when there is nothing to show for that case.

    Attributes:
        place: the resident's page of the case, the page after sending it, what may be kept of it ("papers"), or the
            officer's page.
    """

    place: Place
    render: Callable[[HttpRequest, CaseView], SafeString | None]


case_panels: Registry[CasePanel] = Registry("panel of a case")


def drawn(request: HttpRequest, view: CaseView, place: Place) -> SafeString:
    """Everything that stands on that page: what the kind adds first, then the rooms above in their order."""
    own = render_to_string(*view.panel, request=request) if view.panel else ""
    return mark_safe(own + beside(request, view, place))  # both are HTML already


def beside(request: HttpRequest, view: CaseView, place: Place) -> SafeString:
    """What the rooms above put there."""
    found = (panel.render(request, view) for panel in case_panels if panel.place == place)
    return mark_safe("".join(html for html in found if html))  # each of them is HTML already
