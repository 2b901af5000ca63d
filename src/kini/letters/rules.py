"""What a paper says, and the words about what became of it: pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kini.services.flows import Flow
from kini.services.schema import Letter

#: Why a letter is withdrawn, in words that say nothing about anybody.
CAUSES: Mapping[str, str | Promise] = {
    "error": _("It contained an error."),
    "ended": _("What it was based on has ended."),
    "revoked": _("The decision was taken back."),
    "asked": _("Its holder asked for this."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the paper. `name` is what the service file calls it; a template may look it up."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that a paper says about a case.

    Attributes:
        decider: who decided, as a role: "Head of office".
        agency: the full name of the agency, `unit` the part of it that held the case.
        until: the last day on which it is valid; empty: for good.
    """

    title: str
    service: str
    agency: str
    unit: str
    decider: str
    city: str
    dated: str
    until: str
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"rows": [asdict(row) for row in self.rows]}

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        return cls(**{**stored, "rows": tuple(Row(**row) for row in stored["rows"])})


def states_of(letter: Letter, flow: Flow) -> frozenset[str]:
    """The states at which a service's letter is made."""
    return frozenset(letter.at) or frozenset(name for name, state in flow.states.items() if state.outcome == "granted")


def spoils(flow: Flow, state: str) -> bool:
    """Whether a case that ends so leaves no ground for a letter that was issued on the way."""
    return flow.states[state].end and flow.states[state].outcome != "granted"


#: Latin, Greek and Cyrillic with their marks and punctuation: what the bundled fonts have for certain.
_LEGIBLE = r"\n\u0020-\u007e\u00a0-\u024f\u0370-\u03ff\u0400-\u04ff\u1e00-\u1eff\u2010-\u2027\u2030-\u205e"


def plain(text: str) -> str:
    """Text as it can be set: composed, without control and direction characters."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return "".join(c for c in composed if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cn", "Cs"})


def latin(text: str) -> str:
    """The same with "?" for everything that the bundled fonts may lack."""
    return re.sub(f"[^{_LEGIBLE}]", "?", text)


def every_text(data: Any, change: Any) -> Any:
    """A JSON value with `change` applied to each text in it."""
    match data:
        case str():
            return change(data)
        case dict():
            return {key: every_text(value, change) for key, value in data.items()}
        case list() | tuple():
            return [every_text(value, change) for value in data]
    return data


def file_name(title: str, number: str, ending: str = "pdf") -> str:
    """The name of a downloaded file: words and the number, without signs that file systems refuse."""
    words: Iterable[str] = re.findall(r"\w+", f"{title} {number}")
    return f"{'-'.join(words)[:120]}.{ending}"
