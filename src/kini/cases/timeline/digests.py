"""Canonical form and keyed digests of entries and cases."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import NoneType
from typing import Any

from kini.cases.models import Attachment, Case, TimelineEntry
from kini.core.crypto import candidate_macs, mac, matches_mac

PURPOSE = "timeline"
NO_ENTRY = bytes(32)


def canonical_json(value: Any) -> bytes:
    """Serialise a JSON value (datetimes allowed) so that equal values give equal bytes."""
    return _FORM.encode(_plain(value)).encode()


def _plain(value: Any) -> Any:
    """Convert whole floats to integers: jsonb does not distinguish 2.0e16 from 20000000000000000."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


#: Fast path: most values are of these types and need no conversion.
_PLAIN = frozenset({str, int, bool, NoneType, datetime})


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)


_FORM = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_moment)


def entry_digest(reference: str, entry: TimelineEntry) -> bytes:
    """Keyed digest of an entry, chained to the previous one by `entry.previous`."""
    return mac(_entry(reference, entry), PURPOSE)


def entry_digests(reference: str, entry: TimelineEntry) -> list[str]:
    """Hexadecimal digests of an entry under every key of the ring; any of them is valid."""
    return [form.hex() for form in candidate_macs(_entry(reference, entry), PURPOSE)]


def _entry(reference: str, entry: TimelineEntry) -> bytes:
    fields = [
        reference,
        entry.number,
        entry.at,
        entry.sort,
        entry.move,
        entry.from_state,
        entry.to_state,
        entry.public,
        entry.actor_kind,
        entry.actor_id,
        entry.actor_name,
        entry.data,
    ]
    return bytes(entry.previous) + canonical_json(fields)


def case_mac(case: Case) -> bytes:
    """MAC over the columns derived from the timeline, head included."""
    return mac(_derived(case), PURPOSE)


def is_case_mac_valid(case: Case) -> bool:
    """Return True if the stored MAC of the case is valid under any key of the ring."""
    return matches_mac(case.seal, _derived(case), PURPOSE)


def _derived(case: Case) -> bytes:
    derived = [
        case.reference,
        case.entries,
        bytes(case.head).hex(),
        case.state,
        case.public,
        case.due_at,
        case.at_risk_at,
        case.paused_at,
        case.state_since,
        case.closed_at,
        case.outcome,
    ]
    return canonical_json(derived)


def _facts(case: Case, _documents: Iterable[Attachment]) -> Any:
    return [
        case.service_id,
        case.version_id,
        case.kind,
        case.resident_id,
        case.submitted_by_id,
        case.channel,
        case.opened_at,
        case.guest_key,
    ]


def _holder(case: Case, _documents: Iterable[Attachment]) -> Any:
    return [
        case.agency_id,
        case.unit_id,
        case.area_id,
        case.area_path,
        case.latitude,
        case.longitude,
        case.assignee_id,
    ]


def _answers(case: Case, _documents: Iterable[Attachment]) -> Any:
    return [case.answers, bytes(case.sealed).hex() if case.sealed else None]


def _documents(_case: Case, documents: Iterable[Attachment]) -> Any:
    return [
        [
            str(document.id),
            document.slot,
            document.name,
            document.content_type,
            document.size,
            document.sha256,
            document.source_sha256,
            document.taken_at,
            document.removed_at,
        ]
        for document in sorted(documents, key=lambda document: document.id)
    ]


#: Content of a case in parts that change independently.
PARTS: Mapping[str, Callable[[Case, Iterable[Attachment]], Any]] = {
    "facts": _facts,
    "holder": _holder,
    "answers": _answers,
    "documents": _documents,
}


def part_digest(part: str, case: Case, documents: Iterable[Attachment]) -> str:
    """Hexadecimal digest of one part of a case's content; entries carry it under `holds`."""
    return hashlib.sha256(canonical_json(PARTS[part](case, documents))).hexdigest()
