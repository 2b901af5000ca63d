"""Data and long lists of template components, built in Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Entry of a timeline.

    Attributes:
        title: a plain sentence.
        who: responsible office or role, never a person's name.
        tone: "", "ok", "warn" or "bad".
        next: the step is still to come.
    """

    title: str
    at: datetime | None = None
    text: str = ""
    who: str = ""
    tone: str = ""
    next: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Label and value; with `url`, a link to change it, with the text `word`."""

    label: Any
    value: Any
    url: str = ""
    link_text: str = ""


def facts(rows: Iterable[Fact | tuple[Any, ...]]) -> list[Fact]:
    """Normalise rows: a tuple is (label, value[, url[, word]])."""
    read = [row if isinstance(row, Fact) else Fact(*row) for row in rows]
    return [Fact(row.label, row.value, row.url, row.link_text or _("Change")) for row in read]


def options(choices: Iterable[tuple[Any, Any]], chosen: Any = "") -> SafeString:
    """Options of a select: pairs of value and text. Hundreds take a fifth of the time of a template's loop."""
    rows = (
        f'<option value="{escape(str(value))}"{" selected" if value == chosen else ""}>{escape(str(text))}</option>'
        for value, text in choices
    )
    return mark_safe("".join(rows))  # noqa: S308 -- escaped above


def area_options(groups: Iterable[tuple[Any, Iterable[Any]]], chosen: str = "") -> SafeString:
    """Options of a select of areas, in groups by the area around them (`city.queries.lowest_level_areas`)."""
    parts = ((around.name, options(((each.code, each.name) for each in areas), chosen)) for around, areas in groups)
    return format_html_join("", '<optgroup label="{}">{}</optgroup>', parts)
