"""Events of this room."""

from dataclasses import dataclass
from typing import ClassVar

from kini.core.events import Event


@dataclass(frozen=True, slots=True)
class PledgeChanged(Event):
    """A pledge began, moved or ended.

    Attributes:
        pledge: id of `Pledge`.
        state: its state since then.
    """

    name: ClassVar[str] = "together.pledge_changed"
    pledge: int
    state: str


@dataclass(frozen=True, slots=True)
class NeedVerified(Event):
    """An officer verified a need, which is open from then on.

    Attributes:
        need: id of `Need`.
    """

    name: ClassVar[str] = "together.need_verified"
    need: int


@dataclass(frozen=True, slots=True)
class GiftChanged(Event):
    """A gift of money arrived, ended or was refunded.

    Attributes:
        gift: id of `Gift`.
        state: its state since then.
    """

    name: ClassVar[str] = "together.gift_changed"
    gift: int
    state: str


@dataclass(frozen=True, slots=True)
class HoldChanged(Event):
    """Something was held for a check, handed to the head, or decided.

    Attributes:
        hold: id of `FraudHold`.
        state: its state since then; "escalated" when the head decides from now on.
    """

    name: ClassVar[str] = "together.hold_changed"
    hold: int
    state: str
