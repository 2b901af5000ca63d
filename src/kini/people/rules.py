"""Rules about people, pure: who may do what, what a national number says, how a number is masked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils.translation import gettext as _
from stdnum import exceptions as wrong
from stdnum import get_cc_module

from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.grants import Scope
from kini.people.permissions import Permission

#: Below this age a person is a child (Convention on the Rights of the Child, article 1).
ADULT_AGE = 18
#: Relations in which a person may act for another. Grown-up members act for themselves as soon as they have an account.
RELATIONS = ("child", "spouse", "parent", "sibling", "ward")

type Sex = Literal["female", "male", ""]


def may(actor: Actor, permission: Permission, scope: Scope) -> bool:
    """Whether the actor may do this over that scope. The program itself may do everything, a resident nothing here."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return actor.is_officer and any(permission in grant.permissions and grant.covers(scope) for grant in actor.grants)


def may_somewhere(actor: Actor, permission: Permission) -> bool:
    """Whether there is anything over which the actor may do this."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    return actor.is_officer and any(permission in grant.permissions for grant in actor.grants)


def require(actor: Actor, permission: Permission, scope: Scope) -> None:
    """Stop whoever may not do this over that scope.

    Raises:
        NotAllowed: with a sentence for the actor.
    """
    if not may(actor, permission, scope):
        raise NotAllowed(_("Your role does not include this. Ask the person who manages roles at your agency."))


def require_somewhere(actor: Actor, permission: Permission) -> None:
    """Stop whoever may do this nowhere.

    Raises:
        NotAllowed: with a sentence for the actor.
    """
    if not may_somewhere(actor, permission):
        raise NotAllowed(_("Your role does not include this. Ask the person who manages roles at your agency."))


def holds(actor: Actor, permissions: Iterable[Permission], scope: Scope) -> bool:
    """Whether the actor may do all of this over that scope: nobody gives or takes what they do not hold."""
    return all(may(actor, permission, scope) for permission in permissions)


def scope_with(actor: Actor, permission: Permission) -> Scope:
    """Over what an officer works by the first of their roles that allows this.

    Raises:
        NotAllowed: when none does.
    """
    require_somewhere(actor, permission)
    grant = next(grant for grant in actor.grants if permission in grant.permissions)
    return Scope(grant.agency, grant.area_path)


def roles_over(actor: Actor, scope: Scope) -> frozenset[str]:
    """The roles of the pack that the actor has over that scope."""
    return frozenset(grant.role for grant in actor.grants if actor.is_officer and grant.covers(scope))


def is_minor(birth_date: date | None, today: date) -> bool:
    """Whether somebody is a child today; of somebody without a known birth date nothing is assumed."""
    return birth_date is not None and age(birth_date, today) < ADULT_AGE


def age(birth_date: date, today: date) -> int:
    """Whole years; who was born on 29 February is a year older on 1 March."""
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def mask_number(number: str) -> str:
    """A number in which only the ends can be read: "3171 •••• •••• 0004"; of a short one even less."""
    shown = 4 if len(number) >= 12 else 2 if len(number) >= 6 else 0
    hidden = "•" * (len(number) - 2 * shown)
    masked = number[:shown] + hidden + number[len(number) - shown :]
    return " ".join(masked[i : i + 4] for i in range(0, len(masked), 4))


class NumberFault(ValueError):
    """What was typed is no such number; the message says what to check."""


@dataclass(frozen=True, slots=True)
class NationalId:
    """What a national number says. `birth_date`, `sex` and `region` are empty where such numbers do not tell them."""

    number: str
    birth_date: date | None = None
    sex: Sex = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What python-stdnum leaves open about one sort of number.

    Attributes:
        sex: how the number tells it.
        short_year: the year has two digits, and the library takes the earlier century.
    """

    sex: Callable[[str], Sex]
    short_year: bool = False


UNSAID = {"id.nik": Unsaid(sex=lambda number: "female" if int(number[6:8]) > 40 else "male", short_year=True)}
SEXES: dict[str, Sex] = {"F": "female", "M": "male"}
#: Names under which python-stdnum's modules tell the region in a number.
REGION_READERS = ("get_birth_place", "get_county", "get_province", "_check_registration_place")


def read_national_id(typed: str, sort: str, today: date) -> NationalId:
    """Read a national number: structure, check digits, birth date and region, as far as its sort has them.

    Args:
        typed: as somebody typed it; spaces and dashes do not matter.
        sort: python-stdnum's name of it, "country.module" ("id.nik"), as the city's pack says.

    Raises:
        NumberFault: when it cannot be such a number.
        LookupError: when there is no such sort.
    """
    country, _dot, name = sort.partition(".")
    module = get_cc_module(country, name)
    if module is None:
        raise LookupError(f'python-stdnum has no sort of number called "{sort}".')
    try:
        number = module.validate(typed)
        born = _birth_date(module, number, sort, today)
        return NationalId(number, born, _sex(module, number, sort), _region(module, number))
    except wrong.ValidationError as fault:
        raise NumberFault(_advice(fault)) from None


def _advice(fault: wrong.ValidationError) -> str:
    match fault:
        case wrong.InvalidLength():
            return _("This number has too few or too many digits. Compare it with the card.")
        case wrong.InvalidFormat():
            return _("Write only the digits of the number, as they stand on the card.")
        case wrong.InvalidComponent():
            return _("The birth date or the region in this number does not exist. Compare it with the card.")
    return _("One of the digits is not right. Compare the number with the card.")


def _birth_date(module: Any, number: str, sort: str, today: date) -> date | None:
    reader = getattr(module, "get_birth_date", None)
    born: date | None = reader(number) if reader else None
    if born and (unsaid := UNSAID.get(sort)) and unsaid.short_year:
        born = _latest_century(born, today)
    if born and born > today:
        raise wrong.InvalidComponent()
    return born


def _latest_century(born: date, today: date) -> date:
    """Of a year written with two digits, the latest that is not in the future: few people are older than a hundred."""
    try:
        later = born.replace(year=born.year + 100)
    except ValueError:  # 29 February of a year that has none a century later
        return born
    return later if later <= today else born


def _sex(module: Any, number: str, sort: str) -> Sex:
    if reader := getattr(module, "get_gender", None):
        return SEXES.get(reader(number), "")
    return UNSAID[sort].sex(number) if sort in UNSAID else ""


def _region(module: Any, number: str) -> str:
    reader = next((getattr(module, name) for name in REGION_READERS if hasattr(module, name)), None)
    told = reader(number) if reader else ""
    return ", ".join(map(str, told.values())) if isinstance(told, dict) else str(told)
