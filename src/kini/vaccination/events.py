"""Events of this room. Its parts subscribe to each other's, as rooms above do."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class DoseRecorded(Event):
    """A dose was recorded: given here, or elsewhere and entered later.

    Attributes:
        dose, person: ids of `Dose` and `Person` at that moment.
        source: of `Dose.SOURCES`.
    """

    name: ClassVar[str] = "vaccination.dose_recorded"
    dose: int
    person: int
    source: str


@dataclass(frozen=True, slots=True)
class DoseChanged(Event):
    """A recorded dose was corrected, moved to the right person, or marked as entered in error.

    Attributes:
        dose: id of `Dose`.
        person: id of the person whose dose it was before.
    """

    name: ClassVar[str] = "vaccination.dose_changed"
    dose: int
    person: int


@dataclass(frozen=True, slots=True)
class DisputeDecided(Event):
    """A corrector decided on a dispute about a dose.

    Attributes:
        dispute: id of `DoseDispute`.
    """

    name: ClassVar[str] = "vaccination.dispute_decided"
    dispute: int


@dataclass(frozen=True, slots=True)
class StandbyCalled(Event):
    """Somebody on the waiting list of today was called for a dose that is left over.

    Attributes:
        request: id of `StandbyRequest`.
    """

    name: ClassVar[str] = "vaccination.standby_called"
    request: int


@dataclass(frozen=True, slots=True)
class AdverseEventRecorded(Event):
    """An adverse event after a dose was recorded.

    Attributes:
        event: id of `AdverseEvent`.
    """

    name: ClassVar[str] = "vaccination.adverse_event_recorded"
    event: int


@dataclass(frozen=True, slots=True)
class PlaceTaken(Event):
    """A registration got an appointment, or another one.

    Attributes:
        registration, slot: ids.
    """

    name: ClassVar[str] = "vaccination.place_taken"
    registration: int
    slot: int
