"""Interface of identity registers: claim, answer, and the registry of adapters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from kini.core.registry import Registry

type Result = Literal["match", "mismatch"]


@dataclass(frozen=True, slots=True)
class IdentityClaim:
    """A person's statement about themselves.

    Attributes:
        reference: id of the request at the register, the same for every retry.
    """

    reference: str
    number: str
    name: str
    birth_date: date


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """A register's answer: match or not; which part differs is not passed on."""

    result: Result
    receipt: str = ""


class RegisterUnavailable(Exception):
    """Temporary failure; the same request can be sent again later."""


class IdentityRegister(Protocol):
    """One configured register. The adapter's typed arguments are the options in the operator's file."""

    name: str

    def verify(self, claim: IdentityClaim) -> RegisterAnswer:
        """Check a claim.

        Raises:
            RegisterUnavailable: without a usable answer.
        """

    def check_config(self) -> Sequence[str]:
        """Check its options; return a sentence for the operator per error."""


#: By `adapter` in the operator's file; called with the table's name and its other keys.
register_adapters: Registry[Callable[..., IdentityRegister]] = Registry("adapter of a register")
