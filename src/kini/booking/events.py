"""Events of bookings."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class PlaceOffered(Event):
    """A free place was offered to the next person on the waiting list."""

    name: ClassVar[str] = "booking.place_offered"
    booking: int


@dataclass(frozen=True, slots=True)
class WaitedInVain(Event):
    """A slot with a waiting list was closed; `message` is the reason."""

    name: ClassVar[str] = "booking.slot_closed"
    booking: int
    message: str
