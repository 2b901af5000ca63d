"""Encryption of claims while they wait for the register's answer."""

from datetime import date
from uuid import UUID

from kini.core.crypto import decrypt_json
from kini.people.identity_registers.base import IdentityClaim
from kini.people.models import RegisterCheck


def claim_context(reference: UUID) -> str:
    """Encryption context of a claim: its own request."""
    return f"register-check:{reference}"


def claim_of(check: RegisterCheck) -> IdentityClaim:
    """Decrypt the claim of a pending check.

    Raises:
        DecryptionError: if it was tampered with, or deleted with the answer.
    """
    told = decrypt_json(check.claim_sealed or b"", claim_context(check.reference))
    return IdentityClaim(str(check.reference), told["number"], told["name"], date.fromisoformat(told["birth_date"]))
