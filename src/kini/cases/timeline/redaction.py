"""Removal of free text from the timeline of a case past its term, in a way that can be verified.

What residents and officers wrote may name people. The database lets these parts go, and nothing else, once a case has
ended (`kini_timeline_redact`). The entry that says so carries the keyed digest of each redacted entry as it is since,
so that a text that somebody else removed is still found.
"""

from typing import Any

from django.db import connection

from kini.cases.models import Case, TimelineEntry
from kini.cases.timeline import digests

#: Parts of an entry's data that people wrote.
WRITTEN = frozenset({"given", "text"})
SORT = "anonymised"


def redact(case: Case) -> dict[str, str]:
    """Remove what people wrote on the timeline of a closed case; the new digests by the number of the entry."""
    entries = [entry for entry in case.timeline.all() if WRITTEN & entry.data.keys()]
    if not entries:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT kini_timeline_redact(%s)", [case.pk])
    return {str(entry.number): digest_of(case, entry, without_writing(entry.data)) for entry in entries}


def without_writing(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in WRITTEN}


def digest_of(case: Case, entry: TimelineEntry, data: dict[str, Any]) -> str:
    """The keyed digest of an entry with other data, in hexadecimal digits."""
    redacted = TimelineEntry(**{field.attname: getattr(entry, field.attname) for field in entry._meta.concrete_fields})
    redacted.data = data
    return digests.entry_digest(case.reference, redacted).hex()


def redacted(entries: list[TimelineEntry]) -> dict[int, str]:
    """The digests that redacted entries of a timeline must have, by number."""
    found: dict[int, str] = {}
    for entry in entries:
        if entry.sort == SORT:
            found |= {int(number): digest for number, digest in (entry.data.get("redacted") or {}).items()}
    return found
