"""Identity numbers at rest: sealed to their row, and found again by a keyed hash."""

from django.db.models import Q

from kini.core.crypto import hash_forms, is_hash_of, keyed_hash, needs_rotation, permanent_hash, seal, unseal
from kini.people.models import Resident
from kini.people.rules import NationalId

SEALED_FIELDS = ("national_id_sealed", "family_card_sealed")
NATIONAL_ID = "people.national-id"


def number_hash(number: str) -> bytes:
    """The 32 bytes under which a national number (as `rules.read_national_id` writes it) is found."""
    return keyed_hash(number, NATIONAL_ID)


def with_number(number: str) -> Q:
    """Condition for the profile that has a national number; an older key may have hashed it."""
    first, *older = hash_forms(number, NATIONAL_ID)
    return Q(national_id_hash__in=[first, *older]) if older else Q(national_id_hash=first)


def is_hashed_elsewhere(resident: Resident, number: str) -> bool:
    """Look for another profile with that number under an older key, which the unique column cannot see."""
    older = hash_forms(number, NATIONAL_ID)[1:]
    return bool(older) and Resident.objects.filter(national_id_hash__in=older).exclude(pk=resident.pk).exists()


def has_number(resident: Resident, number: str) -> bool:
    """Compare the number of a profile with that one, under any key of the ring."""
    return is_hash_of(resident.national_id_hash, number, NATIONAL_ID)


def program_subject(client_id: str, user_id: int) -> str:
    """Pairwise identifier of a person for one program, 64 hexadecimal digits (OIDC Core 8.1): a keyed hash of both."""
    return permanent_hash(f"{client_id}:{user_id}", "people.program-subject").hex()


def card_hash(number: str) -> bytes:
    """The 32 bytes by which profiles with the same family card are found; blanks and dashes do not matter."""
    return keyed_hash("".join(filter(str.isalnum, number)).upper(), "people.family-card")


def context_of(resident: Resident, field: str) -> str:
    """What a sealed value is bound to: one column of one row, so that it cannot be moved to another person."""
    return f"resident:{resident.pk}:{field}"


def put(resident: Resident, field: str, plain: str) -> None:
    """Seal a value into a stored resident; an empty one takes it away."""
    setattr(resident, field, seal(plain.encode(), context_of(resident, field)) if plain else None)


def take(resident: Resident, field: str) -> str:
    """The value in the clear, or "" when there is none.

    Raises:
        SealBroken: when it was changed around the program.
    """
    sealed = getattr(resident, field)
    return "" if sealed is None else unseal(sealed, context_of(resident, field)).decode()


def put_national_id(resident: Resident, number: NationalId) -> None:
    """Give a stored resident that number, with what it says of birth and sex."""
    put(resident, "national_id_sealed", number.number)
    resident.national_id_hash = number_hash(number.number)
    resident.birth_date = number.birth_date or resident.birth_date
    resident.sex = number.sex or resident.sex


def put_family_card(resident: Resident, number: str) -> None:
    """Give a stored resident that family card; an empty number takes it away."""
    put(resident, "family_card_sealed", number)
    resident.family_card_hash = card_hash(number) if number else None


def drop_national_id(resident: Resident) -> None:
    """Take the number away, and what was read from it."""
    resident.national_id_sealed = resident.national_id_hash = None
    resident.birth_date, resident.sex = None, ""


def reseal(resident: Resident) -> bool:
    """Seal anew what an older key sealed. Says whether anything was."""
    old = [
        field for field in SEALED_FIELDS if (sealed := getattr(resident, field)) is not None and needs_rotation(sealed)
    ]
    for field in old:
        put(resident, field, take(resident, field))
    return bool(old)


def rehash(resident: Resident) -> bool:
    """Compute the hashes of a profile's numbers with the first key. Says whether an older one had.

    Raises:
        SealBroken: when a number was changed around the program.
    """
    number, card = (take(resident, field) for field in SEALED_FIELDS)
    new = (number_hash(number) if number else None, card_hash(card) if card else None)
    old = tuple(stored and bytes(stored) for stored in (resident.national_id_hash, resident.family_card_hash))
    resident.national_id_hash, resident.family_card_hash = new
    return new != old
