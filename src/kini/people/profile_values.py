"""Profile values by attribute, in the form that questions of services store; used to prefill answers."""

from collections.abc import Callable, Mapping
from typing import Any

from kini.people import encrypted_fields
from kini.people.models import Resident
from kini.people.rules import mask_number as mask_number

PROFILE_READERS: Mapping[str, Callable[[Resident], Any]] = {
    "name": lambda resident: resident.name,
    "national_id": lambda resident: encrypted_fields.decrypt_field(resident, "national_id_sealed"),
    "birth_date": lambda resident: resident.birth_date.isoformat() if resident.birth_date else None,
    "sex": lambda resident: resident.sex,
    "family_card": lambda resident: encrypted_fields.decrypt_field(resident, "family_card_sealed"),
    "phone": lambda resident: resident.phone,
    "email": lambda resident: resident.email,
    "address": lambda resident: _address(resident),
    # For a child or ward chosen as the person an application is for.
    "child_name": lambda resident: resident.name if resident.is_a_child else None,
    "child_national_id": lambda resident: (
        encrypted_fields.decrypt_field(resident, "national_id_sealed") if resident.is_a_child else None
    ),
    "child_birth_date": lambda resident: (
        resident.birth_date.isoformat() if resident.is_a_child and resident.birth_date else None
    ),
}
PROFILE_ATTRIBUTES = frozenset(PROFILE_READERS)
#: Encrypted attributes: mask them on display, and log an officer's look at them.
SENSITIVE_ATTRIBUTES = frozenset({"national_id", "family_card", "child_national_id"})


def profile_value(resident: Resident, attribute: str) -> Any:
    """Return one attribute in the form that a field of services stores, or None if unknown.

    Strings; dates are ISO dates; `address` is {"text": street and house, "area": code of the area}.

    Raises:
        KeyError: for an unknown attribute.
        DecryptionError: if an encrypted value was tampered with.
    """
    return PROFILE_READERS[attribute](resident) or None


def known_values(resident: Resident) -> dict[str, Any]:
    """Return all known values, by attribute."""
    values = {attribute: profile_value(resident, attribute) for attribute in PROFILE_READERS}
    return {attribute: value for attribute, value in values.items() if value is not None}


def known_to(user_id: int | None, resident: Resident) -> dict[str, Any]:
    """Return the known values of the person applied for, by attribute.

    A family member without an account is reached by the phone and e-mail of the relative who applies.
    """
    values = known_values(resident)
    if resident.user_id is None and user_id is not None:
        relative = Resident.objects.filter(user_id=user_id, ties__member=resident).first()
        if relative is not None:
            values = {name: profile_value(relative, name) for name in ("phone", "email")} | values
    return {attribute: value for attribute, value in values.items() if value is not None}


def _address(resident: Resident) -> dict[str, str] | None:
    if not resident.address or not resident.area_id:
        return None
    return {"text": resident.address, "area": resident.area_id}
