"""Encryption of identity numbers at rest, each bound to its row, and keyed hashes for their lookup."""

from django.db.models import Q

from kini.core.crypto import (
    candidate_hashes,
    decrypt,
    encrypt,
    keyed_hash,
    matches_hash,
    needs_rotation,
    permanent_hash,
)
from kini.people.models import Resident
from kini.people.rules import NationalId

ENCRYPTED_FIELDS = ("national_id_sealed", "family_card_sealed")
NATIONAL_ID = "people.national-id"


def hash_national_id(number: str) -> bytes:
    """Return the 32-byte lookup hash of a national number in normalised form."""
    return keyed_hash(number, NATIONAL_ID)


def national_id_q(number: str) -> Q:
    """Condition for the profile with that national number, hashed with any key of the ring."""
    first, *older = candidate_hashes(number, NATIONAL_ID)
    return Q(national_id_hash__in=[first, *older]) if older else Q(national_id_hash=first)


def is_number_taken(resident: Resident, number: str) -> bool:
    """Return True if another profile has that number hashed with an older key, which the unique column misses."""
    older = candidate_hashes(number, NATIONAL_ID)[1:]
    return bool(older) and Resident.objects.filter(national_id_hash__in=older).exclude(pk=resident.pk).exists()


def has_number(resident: Resident, number: str) -> bool:
    """Return True if the profile has that number, hashed with any key of the ring."""
    return matches_hash(resident.national_id_hash, number, NATIONAL_ID)


def pairwise_subject(client_id: str, user_id: int) -> str:
    """Pairwise subject of a person for one client (OIDC Core 8.1): a keyed hash of both, 64 hexadecimal digits."""
    return permanent_hash(f"{client_id}:{user_id}", "people.program-subject").hex()


def hash_family_card(number: str) -> bytes:
    """Return the 32-byte lookup hash of a family card; spaces and dashes are ignored."""
    return keyed_hash("".join(filter(str.isalnum, number)).upper(), "people.family-card")


def encryption_context(resident: Resident, field: str) -> str:
    """Encryption context of a value: one column of one row, so that it cannot be moved to another person."""
    return f"resident:{resident.pk}:{field}"


def encrypt_field(resident: Resident, field: str, plain: str) -> None:
    """Encrypt a value into a stored resident; an empty one clears the field."""
    setattr(resident, field, encrypt(plain.encode(), encryption_context(resident, field)) if plain else None)


def decrypt_field(resident: Resident, field: str) -> str:
    """Decrypt a value; "" if there is none.

    Raises:
        DecryptionError: if it was tampered with.
    """
    sealed = getattr(resident, field)
    return "" if sealed is None else decrypt(sealed, encryption_context(resident, field)).decode()


def set_national_id(resident: Resident, number: NationalId) -> None:
    """Set the number of a stored resident, with the birth date and sex that it encodes."""
    encrypt_field(resident, "national_id_sealed", number.number)
    resident.national_id_hash = hash_national_id(number.number)
    resident.birth_date = number.birth_date or resident.birth_date
    resident.sex = number.sex or resident.sex


def set_family_card(resident: Resident, number: str) -> None:
    """Set the family card of a stored resident; an empty number clears it."""
    encrypt_field(resident, "family_card_sealed", number)
    resident.family_card_hash = hash_family_card(number) if number else None


def clear_national_id(resident: Resident) -> None:
    """Clear the number, with the birth date and sex read from it."""
    resident.national_id_sealed = resident.national_id_hash = None
    resident.birth_date, resident.sex = None, ""


def reencrypt(resident: Resident) -> bool:
    """Re-encrypt values that an older key encrypted. Return True if there were any."""
    old = [
        field
        for field in ENCRYPTED_FIELDS
        if (sealed := getattr(resident, field)) is not None and needs_rotation(sealed)
    ]
    for field in old:
        encrypt_field(resident, field, decrypt_field(resident, field))
    return bool(old)


def rehash(resident: Resident) -> bool:
    """Recompute the hashes of a profile's numbers with the first key. Return True if one changed.

    Raises:
        DecryptionError: if a number was tampered with.
    """
    number, card = (decrypt_field(resident, field) for field in ENCRYPTED_FIELDS)
    new = (hash_national_id(number) if number else None, hash_family_card(card) if card else None)
    old = tuple(stored and bytes(stored) for stored in (resident.national_id_hash, resident.family_card_hash))
    resident.national_id_hash, resident.family_card_hash = new
    return new != old
