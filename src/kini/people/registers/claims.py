"""Claims of persons to a register, sealed while they wait for the answer."""

from datetime import date
from uuid import UUID

from kini.core.crypto import unseal_json
from kini.people.models import RegisterCheck
from kini.people.registers.base import Claim


def context_of(reference: UUID) -> str:
    """Encryption context of a sealed claim: its own request."""
    return f"register-check:{reference}"


def claim_of(check: RegisterCheck) -> Claim:
    """The claim of a check that is not answered yet.

    Raises:
        SealBroken: when it was changed around the program, or is gone with its answer.
    """
    told = unseal_json(check.claim_sealed or b"", context_of(check.reference))
    return Claim(str(check.reference), told["number"], told["name"], date.fromisoformat(told["birth_date"]))
