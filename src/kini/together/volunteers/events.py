"""Events of this part."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class ShiftCancelled(Event):
    """A shift was cancelled; one event for each volunteer of it.

    Attributes:
        sign_up: id of `SignUp`.
    """

    name: ClassVar[str] = "together.shift_cancelled"
    sign_up: int
