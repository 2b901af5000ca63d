"""Events of payments."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class BillPaid(Event):
    """A bill was paid."""

    name: ClassVar[str] = "payments.bill_paid"
    payment: str
