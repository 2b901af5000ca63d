"""Pure rules about people: permission checks, age, national numbers and their masking."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _
from stdnum import exceptions as wrong
from stdnum import get_cc_module

from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.attempt_limits import Limit
from kini.core.grants import Scope
from kini.people.permissions import Permission

#: Below this age a person is a child (Convention on the Rights of the Child, article 1).
ADULT_AGE = 18
#: Relations in which a person may act for another, as long as that member has no account.
RELATIONS = ("child", "spouse", "parent", "grandparent", "sibling", "relative", "ward")

#: National numbers that one account may enter a day, against probing for known numbers.
NUMBERS = Limit("people.number-entered", count=10, seconds=24 * 60 * 60)

type Sex = Literal["female", "male", ""]


def may(actor: Actor, permission: Permission, scope: Scope) -> bool:
    """Return True if the actor has this permission over that scope. The system has all permissions, residents none."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return actor.is_officer and any(permission in grant.permissions and grant.covers(scope) for grant in actor.grants)


def may_somewhere(actor: Actor, permission: Permission) -> bool:
    """Return True if the actor has this permission over at least one scope."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return actor.is_officer and any(permission in grant.permissions for grant in actor.grants)


def may_in_area(actor: Actor, permission: Permission, area_path: str) -> bool:
    """Return True if the actor has this permission over an area, for any agency: figures and alerts have none."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return any(may(actor, permission, Scope(grant.agency, area_path)) for grant in actor.grants)


def require(actor: Actor, permission: Permission, scope: Scope) -> None:
    """Raise NotAllowed unless the actor has this permission over that scope."""
    if not may(actor, permission, scope):
        raise NotAllowed(_("Your role does not include this. Ask the person who manages roles at your agency."))


def require_somewhere(actor: Actor, permission: Permission) -> None:
    """Raise NotAllowed unless the actor has this permission over at least one scope."""
    if not may_somewhere(actor, permission):
        raise NotAllowed(_("Your role does not include this. Ask the person who manages roles at your agency."))


def may_all(actor: Actor, permissions: Iterable[Permission], scope: Scope) -> bool:
    """Return True if the actor has all these permissions over that scope, as needed to grant or withdraw them."""
    return all(may(actor, permission, scope) for permission in permissions)


def scope_with(actor: Actor, permission: Permission) -> Scope:
    """Return the scope (agency and area) of the officer's first role with this permission.

    Raises:
        NotAllowed: if no role has it.
    """
    require_somewhere(actor, permission)
    grant = next(grant for grant in actor.grants if permission in grant.permissions)
    return Scope(grant.agency, grant.area_path)


def roles_for_scope(actor: Actor, scope: Scope) -> frozenset[str]:
    """Return the roles that the actor has over that scope."""
    return frozenset(grant.role for grant in actor.grants if actor.is_officer and grant.covers(scope))


def is_minor(birth_date: date | None, today: date) -> bool:
    """Return True for a child; False for an unknown birth date."""
    return birth_date is not None and age(birth_date, today) < ADULT_AGE


def age(birth_date: date, today: date) -> int:
    """Return the age in whole years; a birthday on 29 February counts from 1 March."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def mask_number(number: str) -> str:
    """Mask all but the ends of a number: "3171 •••• •••• 0004"; more of a short one."""
    shown = 4 if len(number) >= 12 else 2 if len(number) >= 6 else 0
    hidden = "•" * (len(number) - 2 * shown)
    masked = number[:shown] + hidden + number[len(number) - shown :]
    return " ".join(masked[i : i + 4] for i in range(0, len(masked), 4))


def mask_name(name: str) -> str:
    """Mask each word of a name: "Siti Nurhayati" is "S••• N•••"."""
    return " ".join(f"{word[0]}•••" for word in name.split())


class NationalIdError(ValueError):
    """Invalid national number; the message says what to check."""


@dataclass(frozen=True, slots=True)
class NationalId:
    """A parsed national number. `birth_date`, `sex` and `region` are empty if its scheme does not encode them."""

    number: str
    birth_date: date | None = None
    sex: Sex = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class NumberScheme:
    """Facts about a number scheme that python-stdnum lacks.

    Attributes:
        sex: decodes it from the number.
        short_year: the year has two digits, and the library assumes the earlier century.
    """

    sex: Callable[[str], Sex]
    short_year: bool = False


NUMBER_SCHEMES = {
    "id.nik": NumberScheme(sex=lambda number: "female" if int(number[6:8]) > 40 else "male", short_year=True)
}
SEXES: dict[str, Sex] = {"F": "female", "M": "male"}
#: Names of python-stdnum's functions that decode the region.
REGION_READERS = ("get_birth_place", "get_county", "get_province", "_check_registration_place")


def parse_national_id(typed: str, sort: str, today: date) -> NationalId:
    """Parse a national number: structure, check digits, birth date and region, as far as its scheme has them.

    Args:
        typed: user input; spaces and dashes are ignored.
        sort: python-stdnum's "country.module" ("id.nik"), from the city's pack.

    Raises:
        NumberFault: for an invalid number.
        LookupError: for an unknown scheme.
    """
    country, _dot, name = sort.partition(".")
    module = get_cc_module(country, name)
    if module is None:
        raise LookupError(f'python-stdnum has no number scheme called "{sort}".')
    try:
        number = module.validate(typed)
        born = _birth_date(module, number, sort, today)
        return NationalId(number, born, _sex(module, number, sort), _region(module, number))
    except wrong.ValidationError as fault:
        raise NationalIdError(_advice(fault)) from None


def _advice(fault: wrong.ValidationError) -> str:
    match fault:
        case wrong.InvalidLength():
            return _("This number has too few or too many digits. Compare it with the card.")
        case wrong.InvalidFormat():
            return _("Write only the digits of the number, as printed on the card.")
        case wrong.InvalidComponent():
            return _("The birth date or the region in this number does not exist. Compare it with the card.")
    return _("One of the digits is not right. Compare the number with the card.")


def _birth_date(module: Any, number: str, sort: str, today: date) -> date | None:
    reader = getattr(module, "get_birth_date", None)
    born: date | None = reader(number) if reader else None
    if born and (unsaid := NUMBER_SCHEMES.get(sort)) and unsaid.short_year:
        born = _latest_century(born, today)
    if born and born > today:
        raise wrong.InvalidComponent()
    return born


def _latest_century(born: date, today: date) -> date:
    """Resolve a two-digit year to the latest one not in the future: few people are older than a hundred."""
    try:
        later = born.replace(year=born.year + 100)
    except ValueError:  # 29 February, which does not exist a century later
        return born
    return later if later <= today else born


def _sex(module: Any, number: str, sort: str) -> Sex:
    if reader := getattr(module, "get_gender", None):
        return SEXES.get(reader(number), "")
    return NUMBER_SCHEMES[sort].sex(number) if sort in NUMBER_SCHEMES else ""


def _region(module: Any, number: str) -> str:
    reader = next((getattr(module, name) for name in REGION_READERS if hasattr(module, name)), None)
    region = reader(number) if reader else ""
    return ", ".join(map(str, region.values())) if isinstance(region, dict) else str(region)
