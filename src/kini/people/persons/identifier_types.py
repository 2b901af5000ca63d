"""Types of a person's identifiers, with the check of a typed value. Rooms and plug-ins register further ones."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kini.city.public import pack
from kini.core import references
from kini.core.actors import ActionRefused
from kini.core.registry import Registry
from kini.people import rules
from kini.people.persons.models import NATIONAL_ID
from kini.web.formats import today

PASSPORT, TEMPORARY, OTHER = "passport", "temporary", "other"
#: Prefix of temporary identities: "T-7F3K-9Q2M".
PREFIX = "T"
LONGEST = 60


@dataclass(frozen=True, slots=True)
class IdentifierType:
    """A type of identifiers.

    Attributes:
        label: its name.
        parse: returns the normal form of a typed value; raises ActionRefused with what to check.
        single: True if a person has at most one in force, so that persons with two different ones are not merged.
    """

    label: str | Promise
    parse: Callable[[str], str]
    single: bool = False


def _national_id(typed: str) -> str:
    try:
        return rules.parse_national_id(typed, pack.current().national_id, today()).number
    except rules.NationalIdError as wrong:
        raise ActionRefused(str(wrong)) from None


def _passport(typed: str) -> str:
    """Parse the number of a passport (ICAO Doc 9303, part 4: up to nine letters and digits)."""
    number = re.sub(r"[\s-]", "", typed).upper()
    if not re.fullmatch(r"[A-Z0-9]{6,9}", number):
        raise ActionRefused(_("A passport number has six to nine letters and digits. Compare it with the passport."))
    return number


def _temporary(typed: str) -> str:
    if (code := references.parse(PREFIX, typed)) is None:
        raise ActionRefused(_("This is not a temporary identity. Compare it with the slip, letter by letter."))
    return code


def _other(typed: str) -> str:
    value = " ".join(typed.split()).upper()
    if not 3 <= len(value) <= LONGEST:
        raise ActionRefused(_("Write the number as it stands on the document."))
    return value


identifier_types: Registry[IdentifierType] = Registry("type of identifier")
for name, type_ in {
    NATIONAL_ID: IdentifierType(gettext_lazy("National number"), _national_id, single=True),
    PASSPORT: IdentifierType(gettext_lazy("Passport"), _passport),
    TEMPORARY: IdentifierType(gettext_lazy("Temporary identity"), _temporary),
    OTHER: IdentifierType(gettext_lazy("Other document"), _other),
}.items():
    identifier_types.register(name, type_)


def new_temporary_identity() -> str:
    """Generate the value of a temporary identity."""
    return references.generate(PREFIX)
