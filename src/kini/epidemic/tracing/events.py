"""Events of tracing."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class RedFlagReported(Event):
    """A contact under follow-up reported a symptom that needs help at once."""

    name: ClassVar[str] = "epidemic.red_flag_reported"
    check: int
