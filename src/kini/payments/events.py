"""What this room announces."""

from dataclasses import dataclass

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class BillPaid(Event):
    """A bill was paid."""

    payment: str
