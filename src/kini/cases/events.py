"""Events of cases, delivered after commit to rooms above and to this room's notifications."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class CaseOpened(Event):
    """A case was opened. `service` and `kind` are empty in events stored by versions that lacked the field."""

    name: ClassVar[str] = "cases.opened"
    reference: str
    service: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class TimelineEntryAdded(Event):
    """A room above added an entry to the timeline; `entry` is its number."""

    name: ClassVar[str] = "cases.entry_added"
    reference: str
    entry: int


@dataclass(frozen=True, slots=True)
class CaseMoved(Event):
    """A case moved along an edge; `entry` is the number of its timeline entry, `state` the new state.

    `kind` is empty in events stored by versions that lacked the field.
    """

    name: ClassVar[str] = "cases.moved"
    reference: str
    move: str
    state: str
    entry: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class OfficersMentioned(Event):
    """An internal note mentions colleagues; `entry` is its number, `officers` their ids."""

    name: ClassVar[str] = "cases.officers_mentioned"
    reference: str
    entry: int
    officers: list[int]
