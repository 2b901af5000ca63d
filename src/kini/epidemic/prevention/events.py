"""Events of prevention and care."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class HealthAlertSent(Event):
    """A health alert, an update or a cancellation was sent."""

    name: ClassVar[str] = "epidemic.health_alert_sent"
    alert: int
