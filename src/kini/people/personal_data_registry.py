"""Registry of personal data categories: each room registers its data, their purpose, and how to export and erase them.

The privacy notice, the record of processing, the export and the deletion of an account are generated from it.
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


class LegalBasis(StrEnum):
    """Legal bases of processing (UU 27/2022, article 20 (2); GDPR, article 6 (1))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LAW = "law"
    VITAL = "vital"
    TASK = "task"
    INTEREST = "interest"


LEGAL_BASIS_LABELS: Mapping[LegalBasis, str | Promise] = {
    LegalBasis.CONSENT: _("Your consent, which you may withdraw at any time"),
    LegalBasis.CONTRACT: _("To give you what you asked for"),
    LegalBasis.LAW: _("A legal obligation of the city"),
    LegalBasis.VITAL: _("To protect somebody's life"),
    LegalBasis.TASK: _("The public task of the city"),
    LegalBasis.INTEREST: _("The safety of the service"),
}


@dataclass(frozen=True, slots=True)
class DataSubject:
    """An account and its profile, whose data is exported or erased."""

    user: User
    resident: Resident


@dataclass(frozen=True, slots=True)
class PersonalFile:
    """A file of a person: the hash it is stored under, and its name in the export."""

    sha256: str
    name: str
    size: int


type DataRecord = Mapping[str, Any]
"""One record, by field: texts, numbers, datetimes, lists of texts."""


def _none(person: DataSubject) -> tuple[()]:
    return ()


@dataclass(frozen=True, slots=True)
class PersonalDataCategory:
    """One category of personal data.

    Attributes:
        name: "room.data".
        label, what: its name, and a sentence that describes the data.
        purpose, seen_by: purpose of processing, and recipients.
        rules: names of the retention rules that end it; empty: it lives as long as the account.
        fields: labels of a record's fields, in order; the JSON export uses the names.
        records, files: everything held about a person.
        erase: deletes or anonymises it and returns the number of records; None: it cannot be erased on request.
        stays: reason, in a sentence, for data that stays after the account is deleted; empty: nothing stays.
        optional: id under which a person may object to it (consent); the data is then erased.
    """

    name: str
    label: str | Promise
    what: str | Promise
    purpose: str | Promise
    basis: LegalBasis
    seen_by: str | Promise
    fields: Mapping[str, str | Promise]
    records: Callable[[DataSubject], Iterable[DataRecord]]
    rules: tuple[str, ...] = ()
    files: Callable[[DataSubject], Iterable[PersonalFile]] = _none
    erase: Callable[[Actor, DataSubject], int] | None = None
    stays: str | Promise = ""
    optional: str = ""


personal_data_categories: Registry[PersonalDataCategory] = Registry("category of personal data")
