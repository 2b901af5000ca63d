"""Interface of identity registers: claim, answer, registry of adapters, and the configured register (KINI_REGISTER)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol
from uuid import UUID

from kini.core import provider_config
from kini.core.crypto import decrypt_json
from kini.core.registry import Registry
from kini.exchange.public import outbox
from kini.people.environment import PeopleEnvironment
from kini.people.models import RegisterCheck

type Result = Literal["match", "mismatch"]

#: Name of the destination of the outbox.
DESTINATION = "identity-register"


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


def configured_register() -> IdentityRegister | None:
    """Return the first register of the file; None if none is configured.

    Raises:
        InvalidEnvironment: if the file cannot be read or is invalid.
    """
    registers = provider_config.load_providers(
        "KINI_REGISTER", PeopleEnvironment.current().register_file, register_adapters
    )
    return next(iter(registers.values()), None)


def claim_context(reference: UUID) -> str:
    """Encryption context of a claim: its own request."""
    return f"register-check:{reference}"


def claim_of(check: RegisterCheck) -> IdentityClaim:
    """Decrypt the claim of a pending check.

    Raises:
        DecryptionError: if it was tampered with, or deleted with the answer.
    """
    claim = decrypt_json(check.claim_sealed or b"", claim_context(check.reference))
    return IdentityClaim(str(check.reference), claim["number"], claim["name"], date.fromisoformat(claim["birth_date"]))


def put_check(check: RegisterCheck) -> None:
    """Store a check in the outbox, in the current transaction."""
    key = str(check.reference)
    outbox.put(DESTINATION, subject=f"register-check:{key}", key=key, payload={"check": check.pk})
