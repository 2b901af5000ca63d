"""What this room announces."""

from dataclasses import dataclass

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class PlaceOffered(Event):
    """A place became free and is offered to somebody who waits."""

    booking: int


@dataclass(frozen=True, slots=True)
class WaitedInVain(Event):
    """A slot was closed, so that whoever waits for a place in it gets none; `message` says why."""

    booking: int
    message: str
