"""What this room announces."""

from dataclasses import dataclass

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class PlaceOffered(Event):
    """A place became free and is offered to somebody who waits."""

    booking: int
