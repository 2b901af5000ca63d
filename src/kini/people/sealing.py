"""Encryption of identity numbers at rest, each bound to its row, and keyed hashes for their lookup."""

from django.db.models import Q

from kini.core.crypto import hash_forms, is_hash_of, keyed_hash, needs_rotation, permanent_hash, seal, unseal
from kini.people.models import Resident
from kini.people.rules import NationalId

SEALED_FIELDS = ("national_id_sealed", "family_card_sealed")
NATIONAL_ID = "people.national-id"


def number_hash(number: str) -> bytes:
    """Return the 32-byte lookup hash of a national number in normalised form."""
    return keyed_hash(number, NATIONAL_ID)


def with_number(number: str) -> Q:
    """Condition for the profile with that national number, hashed with any key of the ring."""
    first, *older = hash_forms(number, NATIONAL_ID)
    return Q(national_id_hash__in=[first, *older]) if older else Q(national_id_hash=first)


def is_hashed_elsewhere(resident: Resident, number: str) -> bool:
    """Return True if another profile has that number hashed with an older key, which the unique column misses."""
    older = hash_forms(number, NATIONAL_ID)[1:]
    return bool(older) and Resident.objects.filter(national_id_hash__in=older).exclude(pk=resident.pk).exists()


def has_number(resident: Resident, number: str) -> bool:
    """Return True if the profile has that number, hashed with any key of the ring."""
    return is_hash_of(resident.national_id_hash, number, NATIONAL_ID)


def program_subject(client_id: str, user_id: int) -> str:
    """Pairwise subject of a person for one client (OIDC Core 8.1): a keyed hash of both, 64 hexadecimal digits."""
    return permanent_hash(f"{client_id}:{user_id}", "people.program-subject").hex()


def card_hash(number: str) -> bytes:
    """Return the 32-byte lookup hash of a family card; spaces and dashes are ignored."""
    return keyed_hash("".join(filter(str.isalnum, number)).upper(), "people.family-card")


def context_of(resident: Resident, field: str) -> str:
    """Encryption context of a value: one column of one row, so that it cannot be moved to another person."""
    return f"resident:{resident.pk}:{field}"


def put(resident: Resident, field: str, plain: str) -> None:
    """Encrypt a value into a stored resident; an empty one clears the field."""
    setattr(resident, field, seal(plain.encode(), context_of(resident, field)) if plain else None)


def take(resident: Resident, field: str) -> str:
    """Decrypt a value; "" if there is none.

    Raises:
        SealBroken: if it was tampered with.
    """
    sealed = getattr(resident, field)
    return "" if sealed is None else unseal(sealed, context_of(resident, field)).decode()


def put_national_id(resident: Resident, number: NationalId) -> None:
    """Set the number of a stored resident, with the birth date and sex that it encodes."""
    put(resident, "national_id_sealed", number.number)
    resident.national_id_hash = number_hash(number.number)
    resident.birth_date = number.birth_date or resident.birth_date
    resident.sex = number.sex or resident.sex


def put_family_card(resident: Resident, number: str) -> None:
    """Set the family card of a stored resident; an empty number clears it."""
    put(resident, "family_card_sealed", number)
    resident.family_card_hash = card_hash(number) if number else None


def drop_national_id(resident: Resident) -> None:
    """Clear the number, with the birth date and sex read from it."""
    resident.national_id_sealed = resident.national_id_hash = None
    resident.birth_date, resident.sex = None, ""


def reseal(resident: Resident) -> bool:
    """Re-encrypt values that an older key encrypted. Return True if there were any."""
    old = [
        field for field in SEALED_FIELDS if (sealed := getattr(resident, field)) is not None and needs_rotation(sealed)
    ]
    for field in old:
        put(resident, field, take(resident, field))
    return bool(old)


def rehash(resident: Resident) -> bool:
    """Recompute the hashes of a profile's numbers with the first key. Return True if one changed.

    Raises:
        SealBroken: if a number was tampered with.
    """
    number, card = (take(resident, field) for field in SEALED_FIELDS)
    new = (number_hash(number) if number else None, card_hash(card) if card else None)
    old = tuple(stored and bytes(stored) for stored in (resident.national_id_hash, resident.family_card_hash))
    resident.national_id_hash, resident.family_card_hash = new
    return new != old
