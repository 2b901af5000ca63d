"""Access log entries in plain words, for the person they concern."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from kini.people import purposes
from kini.people.access_log import WORDS
from kini.people.models import AccessLog


@dataclass(frozen=True, slots=True)
class Entry:
    """One access: data seen, purpose, officer, case.

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


def entries_of(log: Iterable[AccessLog], own: int | None = None) -> list[Entry]:
    """Convert log rows to entries, in order.

    Args:
        own: id of the resident who reads the log.
    """
    return [_entry(each, own) for each in log]


def _entry(entry: AccessLog, own: int | None) -> Entry:
    person = entry.resident.name if entry.resident and entry.resident_id != own and not entry.resident.user_id else ""
    who = _("%(name)s, %(agency)s") % {"name": entry.officer.name, "agency": entry.officer.agency.title}
    purpose = purposes.word_of(entry.purpose) if entry.purpose else ""
    what = str(WORDS.get(entry.what, entry.what))
    return Entry(entry.at, what, purpose, entry.reason, who, entry.reference, person)
