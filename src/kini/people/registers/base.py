"""What a register is asked and what it answers; adapters are registered by name, by plug-ins, too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from kini.core.registry import Registry

type Result = Literal["match", "mismatch"]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a person says of themselves.

    Attributes:
        reference: names the request at the register; the same one when it is sent again.
    """

    reference: str
    number: str
    name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the register has exactly this person; which part differs is never passed on."""

    result: Result
    receipt: str = ""


class RegisterUnavailable(Exception):
    """No answer for now; the same question may be sent again later."""


class Register(Protocol):
    """One configured register. Its options are typed arguments of the adapter, as the operator's file gives them."""

    name: str

    def verify(self, claim: Claim) -> Answer:
        """Ask whether the register has this person.

        Raises:
            RegisterUnavailable: when there is no answer that can be used.
        """

    def check_config(self) -> Sequence[str]:
        """What is wrong with its options, in words for the operator."""


#: By the name that the operator's file gives as `adapter`; called with the table's name and its other words.
adapters: Registry[Callable[..., Register]] = Registry("adapter of a register")
