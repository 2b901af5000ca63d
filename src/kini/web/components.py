"""Data for template components, built in Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
