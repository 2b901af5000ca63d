"""Content of a signed document, and the texts about its state. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Causes of a withdrawal; public, so they say nothing about a person.
CAUSES: Mapping[str, str | Promise] = {
    "error": _("It contained an error."),
    "ended": _("The basis for it has ended."),
    "revoked": _("The decision was revoked."),
    "asked": _("Its holder requested this."),
}


@dataclass(frozen=True, slots=True)
class ContentRow:
    """One row of the document. Templates may look it up by `name`."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class DocumentContent:
    """Content of a signed document, in its language.

    Attributes:
        service: name of the service or programme that it comes from.
        decider: role of the person who decided: "Head of office"; empty: nobody decided.
        agency: full name of the agency; `unit`: its unit; may be empty.
        until: last valid day; empty: unlimited.
    """

    title: str
    service: str
    agency: str
    unit: str
    decider: str
    city: str
    dated: str
    until: str
    rows: tuple[ContentRow, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"rows": [asdict(row) for row in self.rows]}

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**{**stored, "rows": tuple(ContentRow(**row) for row in stored["rows"])})


#: Latin, Greek and Cyrillic with marks and punctuation: glyphs that the bundled fonts have.
_LEGIBLE = r"\n\u0020-\u007e\u00a0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2027\u2030-\u205e"


def printable_text(text: str) -> str:
    """Normalised text (NFC) without control and direction characters."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in composed if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cn", "Cs"})


def bundled_glyphs_only(text: str) -> str:
    """Text with "?" for characters that the bundled fonts may lack."""
    return re.sub(f"[^{_LEGIBLE}]", "?", text)


def map_texts(data: Any, change: Any) -> Any:
    """JSON value with `change` applied to each text in it."""
    match data:
        case str():
            return change(data)
        case dict():
            return {key: map_texts(value, change) for key, value in data.items()}
        case list() | tuple():
            return [map_texts(value, change) for value in data]
    return data


def download_name(title: str, number: str, ending: str = "pdf") -> str:
    """Name of a downloaded file, without characters that file systems reject."""
    words: Iterable[str] = re.findall(r"\w+", f"{title} {number}")
    return f"{'-'.join(words)[:120]}.{ending}"
