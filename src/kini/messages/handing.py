"""What a channel or a provider says of a message that it was given."""

from dataclasses import dataclass
from typing import Literal


class ChannelFault(Exception):
    """It could not be handed over now; it is tried again later."""


class Rejected(Exception):
    """It will never be taken: the number does not exist, the person wants none. The next channel has its turn."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed over: `state` is "sent" where a receipt will tell more, "delivered" where none will."""

    state: Literal["sent", "delivered"] = "delivered"
    provider: str = ""
    reference: str = ""
