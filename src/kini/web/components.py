"""Data that components take, for pages that build it in Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry of a timeline.

    Attributes:
        title: a plain sentence.
        who: who holds it or did it, without names of persons.
        tone: "", "ok", "warn" or "bad".
        next: it has not happened yet.
    """

    title: str
    at: datetime | None = None
    text: str = ""
    who: str = ""
    tone: str = ""
    next: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value; with `url`, a link that changes it, called `word`."""

    label: Any
    value: Any
    url: str = ""
    word: str = ""


def facts(rows: Iterable[Fact | tuple[Any, ...]]) -> list[Fact]:
    """Rows as facts; a tuple is read as (label, value[, url[, word]])."""
    read = [row if isinstance(row, Fact) else Fact(*row) for row in rows]
    return [Fact(row.label, row.value, row.url, row.word or _("Change")) for row in read]
