"""What this room announces."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class PlaceOffered(Event):
    """A place became free and is offered to somebody who waits."""

    name: ClassVar[str] = "booking.place_offered"
    booking: int


@dataclass(frozen=True, slots=True)
class WaitedInVain(Event):
    """A slot was closed, so that whoever waits for a place in it gets none; `message` says why."""

    name: ClassVar[str] = "booking.slot_closed"
    booking: int
    message: str
