"""Access log entries in plain words, for the person they concern."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from kini.people import access_purposes
from kini.people.access_log import access_label
from kini.people.models import AccessLog


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One access: data seen, purpose, officer or reader from outside, case.

    Attributes:
        reason: in the officer's own words; empty for an ordinary read.
        person: name of the family member concerned; empty: the reader of the log.
    """

    at: datetime
    what: str
    purpose: str
    reason: str
    who: str
    reference: str
    person: str


def access_entries(log: Iterable[AccessLog], own: int | None = None) -> list[AccessEntry]:
    """Convert log rows to entries, in order.

    Args:
        own: id of the resident who reads the log.
    """
    return [_entry(each, own) for each in log]


def _entry(entry: AccessLog, own: int | None) -> AccessEntry:
    person = entry.resident.name if entry.resident and entry.resident_id != own and not entry.resident.user_id else ""
    officer = entry.officer
    who = (
        _("%(name)s, %(agency)s") % {"name": officer.name, "agency": officer.agency.title} if officer else entry.reader
    )
    purpose = access_purposes.purpose_label(entry.purpose) if entry.purpose else ""
    return AccessEntry(entry.at, access_label(entry.what), purpose, entry.reason, who, entry.reference, person)
