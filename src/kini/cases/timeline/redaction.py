"""Verifiable removal of free text from the timeline of a case past its retention period.

Text written by residents and officers may name people. The database allows removing these parts, and nothing else, once
a case has ended (`kini_timeline_redact`). The entry about the removal carries the new keyed digest of each redacted
entry, so that an unauthorised removal is still detected.
"""

from typing import Any

from django.db import connection

from kini.cases.models import Case, TimelineEntry
from kini.cases.timeline import digests

#: Keys of an entry's data that hold free text.
FREE_TEXT_KEYS = frozenset({"given", "text"})
REDACTION_ENTRY = "anonymised"


def redact(case: Case) -> dict[str, str]:
    """Remove free text from the timeline of a closed case; return the new digests by entry number."""
    entries = [entry for entry in case.timeline.all() if FREE_TEXT_KEYS & entry.data.keys()]
    if not entries:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT kini_timeline_redact(%s)", [case.pk])
    return {str(entry.number): digest_of(case, entry, without_free_text(entry.data)) for entry in entries}


def without_free_text(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in FREE_TEXT_KEYS}


def digest_of(case: Case, entry: TimelineEntry, data: dict[str, Any]) -> str:
    """Hexadecimal keyed digest of the entry with other data."""
    redacted = TimelineEntry(**{field.attname: getattr(entry, field.attname) for field in entry._meta.concrete_fields})
    redacted.data = data
    return digests.entry_digest(case.reference, redacted).hex()


def redacted_digests(entries: list[TimelineEntry]) -> dict[int, str]:
    """Digests that redacted entries must have, by entry number."""
    redacted: dict[int, str] = {}
    for entry in entries:
        if entry.sort == REDACTION_ENTRY:
            redacted |= {int(number): digest for number, digest in (entry.data.get("redacted") or {}).items()}
    return redacted
