"""Registry of personal data: each room registers what it holds about a person, why, and how it is given out and erased.

The privacy notice, the record of processing, the export and the deletion of an account are all made from it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kini.core.actors import Actor
from kini.core.registry import Registry
from kini.people.models import Resident, User


class Basis(StrEnum):
    """Legal bases of processing (UU 27/2022, article 20 (2); GDPR, article 6 (1))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LAW = "law"
    VITAL = "vital"
    TASK = "task"
    INTEREST = "interest"


BASIS_WORDS: Mapping[Basis, str | Promise] = {
    Basis.CONSENT: _("Your consent, which you may withdraw at any time"),
    Basis.CONTRACT: _("To give you what you asked for"),
    Basis.LAW: _("A legal obligation of the city"),
    Basis.VITAL: _("To protect somebody's life"),
    Basis.TASK: _("The public task of the city"),
    Basis.INTEREST: _("The safety of the service"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account whose data is given out or erased."""

    user: User
    resident: Resident


@dataclass(frozen=True, slots=True)
class File:
    """A file of a person, by the hash under which it is kept, and its name in the export."""

    sha256: str
    name: str
    size: int


type Record = Mapping[str, Any]
"""One record by field: texts, numbers, moments, lists of texts."""


def _none(person: Person) -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One category of personal data.

    Attributes:
        name: "room.data".
        label, what: its name, and which data it is, in a sentence.
        purpose, seen_by: what for, and who sees it.
        rules: names of the rules of retention that end it; empty: it stays as long as the account.
        fields: labels of a record's fields, in order; the export's JSON has the names.
        records, files: everything held about a person.
        erase: removes or anonymises it, and gives the number of records; None: it cannot be erased on request.
        stays: why something of it stays after the account is deleted, in a sentence; empty: nothing stays.
        optional: under this id a person may object to it (consent); what is held is then erased.
    """

    name: str
    label: str | Promise
    what: str | Promise
    purpose: str | Promise
    basis: Basis
    seen_by: str | Promise
    fields: Mapping[str, str | Promise]
    records: Callable[[Person], Iterable[Record]]
    rules: tuple[str, ...] = ()
    files: Callable[[Person], Iterable[File]] = _none
    erase: Callable[[Actor, Person], int] | None = None
    stays: str | Promise = ""
    optional: str = ""


personal_data: Registry[PersonalData] = Registry("category of personal data")
