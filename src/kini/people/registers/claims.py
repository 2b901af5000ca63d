"""Encryption of claims while they wait for the register's answer."""

from datetime import date
from uuid import UUID

from kini.core.crypto import unseal_json
from kini.people.models import RegisterCheck
from kini.people.registers.base import Claim


def context_of(reference: UUID) -> str:
    """Encryption context of a claim: its own request."""
    return f"register-check:{reference}"


def claim_of(check: RegisterCheck) -> Claim:
    """Decrypt the claim of a pending check.

    Raises:
        SealBroken: if it was tampered with, or deleted with the answer.
    """
    told = unseal_json(check.claim_sealed or b"", context_of(check.reference))
    return Claim(str(check.reference), told["number"], told["name"], date.fromisoformat(told["birth_date"]))
