"""Requests to registers and their answers; adapters, also those of plug-ins, are registered by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from kini.core.registry import Registry

type Result = Literal["match", "mismatch"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A person's statement about themselves.

    Attributes:
        reference: names the request at the register; the same one when it is sent again.
    """

    reference: str
    number: str
    name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer of a register: it has exactly this person or not; the part that differs is never passed on."""

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
        """Check its options; a sentence for the operator about each fault."""


#: By the name that the operator's file gives as `adapter`; called with the table's name and its other keys.
adapters: Registry[Callable[..., Register]] = Registry("adapter of a register")
