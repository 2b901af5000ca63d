"""Registry of the home page's sections."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.utils.safestring import SafeString

from kini.core.registry import Registry

PLACES: Final = ("hero", "quick", "main", "aside", "demo")


@dataclass(frozen=True, slots=True)
class HomeSection:
    """Section of the home page.

    Attributes:
        render: HTML for this visitor, or None to leave the section out.
        place: one of `PLACES`: "hero" (a sentence below the greeting), "quick" (tiles below that), "main", or "aside"
            (beside it, below on phones); "demo" stands above the list of demo people.
    """

    order: int
    render: Callable[[HttpRequest], SafeString | None]
    place: str = "main"


home_sections: Registry[HomeSection] = Registry("home section")


def render_sections(request: HttpRequest, place: str) -> list[SafeString]:
    """Render the sections of a place in order, without the empty ones."""
    sections = sorted((section for section in home_sections if section.place == place), key=lambda each: each.order)
    return [html for section in sections if (html := section.render(request))]
