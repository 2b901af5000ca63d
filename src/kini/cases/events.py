"""What rooms above (and our own notices) hear from cases, after commit."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class CaseOpened(Event):
    """A case was opened: its service is empty where it was announced by a version that did not say it."""

    name: ClassVar[str] = "cases.opened"
    reference: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class CaseTold(Event):
    """A room above wrote down what happened to a case: `entry` is the number of the entry on its timeline."""

    name: ClassVar[str] = "cases.entry_added"
    reference: str
    entry: int


@dataclass(frozen=True, slots=True)
class CaseMoved(Event):
    """A case went along an edge: `entry` is the number of the entry on its timeline, `state` where it is now."""

    name: ClassVar[str] = "cases.moved"
    reference: str
    move: str
    state: str
    entry: int


@dataclass(frozen=True, slots=True)
class OfficersMentioned(Event):
    """An internal note names colleagues: `entry` is its number on the timeline, `officers` are ids."""

    name: ClassVar[str] = "cases.officers_mentioned"
    reference: str
    entry: int
    officers: list[int]
