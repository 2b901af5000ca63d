"""Sentences for timeline entries, labels of moves, scores of ratings."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.cases.rules.edges import WITHDRAW, Edge
from kini.core.localized_text import Text
from kini.core.registry import Registry
from kini.services.public import Flow

#: Renderers of entries added by rooms above, by entry type: data to a sentence for the resident.
entry_renderers: Registry[Callable[[Mapping[str, Any]], str]] = Registry("sort of entry")


class EntryData(Protocol):
    """Fields of a timeline entry that a sentence needs."""

    @property
    def sort(self) -> str: ...
    @property
    def move(self) -> str: ...
    @property
    def to_state(self) -> str: ...
    @property
    def data(self) -> dict[str, Any]: ...


def move_label(edge: Edge, words: Mapping[str, Text]) -> str:
    """Button label of an edge: its own label, else the pack's common word for the move."""
    if text := edge.label or words.get(edge.move):
        return str(text)
    return _("Withdraw") if edge.move == WITHDRAW else edge.move.replace("_", " ").capitalize()


def entry_sentence(entry: EntryData, flow: Flow) -> str:
    """Render an entry as a sentence for the resident."""
    match entry.sort:
        case "opened":
            return _("We have received this case. %(now)s") % {"now": flow.states[entry.to_state].does}
        case "moved":
            return _moved(entry, flow)
        case "assigned":
            return _("Assigned to %(name)s.") % {"name": entry.data.get("name") or _("the officer on duty")}
        case "transferred":
            return _("Passed on to %(agency)s.") % {"agency": Text.model_validate(entry.data["agency_name"])}
        case "sent":
            return _("%(unit)s is handling it.") % {"unit": Text.model_validate(entry.data["unit_name"])}
        case "noted":
            return str(entry.data.get("text") or _("A note, which was removed."))
        case "added":
            return _("More was told about it.")
        case "gathered":
            return _("%(reference)s is a duplicate and was merged into this case.") % entry.data
        case "followed":
            return _("Others reported the same. We go on with all of it together.")
        case "joined":
            return _("This case now belongs to the merged profile.")
        case "anonymised":
            return _("Answers, documents and notes were removed because their retention period is over.")
        case sort if teller := entry_renderers.find(sort):
            return teller(entry.data)
    return _("The answers were encrypted with a new key.")


def _moved(entry: EntryData, flow: Flow) -> str:
    now = str(flow.states[entry.to_state].does)
    match entry.move:
        case "withdraw":
            return _("This case was withdrawn. %(now)s") % {"now": now}
        case "answer":
            return _("What was asked for has been answered. %(now)s") % {"now": now}
        case "separate":
            return _("This is a matter of its own after all. %(now)s") % {"now": now}
        case "after":
            return _("Nothing happened within the time for it. %(now)s") % {"now": now}
    return now


#: Scores in words.
SCORES: Mapping[int, str | Promise] = {
    1: gettext_lazy("Very bad"),
    2: gettext_lazy("Bad"),
    3: gettext_lazy("Fair"),
    4: gettext_lazy("Good"),
    5: gettext_lazy("Very good"),
}
#: Outcomes decided by the city; withdrawn and expired cases are not rated.
RATED_OUTCOMES = frozenset({"granted", "refused", "solved", "unfounded"})
