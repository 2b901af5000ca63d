"""Events of this room, for rooms above and its own subscribers."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class GlassBroken(Event):
    """An officer opened a record in an emergency."""

    name: ClassVar[str] = "records.glass_broken"
    access: int


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    """A person withdrew a consent; from now on it is not in force.

    Attributes:
        statement: id of the withdrawal.
    """

    name: ClassVar[str] = "records.consent_withdrawn"
    statement: int
    resident: int
    purpose: str
    reference: str
