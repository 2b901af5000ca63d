"""Result of handing a message to a channel or provider."""

from dataclasses import dataclass
from typing import Literal


class TemporaryFailure(Exception):
    """Delivery failed; retry later."""


class PermanentFailure(Exception):
    """Delivery can never succeed (unknown number, opted out); the next channel is tried."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted message: `state` is "sent" if a receipt will follow, else "delivered"."""

    state: Literal["sent", "delivered"] = "delivered"
    provider: str = ""
    reference: str = ""
