"""The audit trail: one row for every write, stored in the same transaction."""

import json
import time
from typing import Any

from django.conf import settings
from django.utils import timezone

from kini.core.actors import Actor
from kini.core.database.prepared_statements import execute_deferred, execute_prepared
from kini.core.process_cache import clears_cache

_COLUMNS = "at, actor_kind, actor_id, actor_name, action, subject, detail"
_STORE = f"INSERT INTO core_auditentry ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s)"  # noqa: S608
#: The same inside another statement (WITH ...): continue with "FROM ... WHERE ..."; parameters by `entry_values`.
INSERT_SELECT = f"INSERT INTO core_auditentry ({_COLUMNS}) SELECT %s, %s, %s, %s, %s, %s, %s::jsonb"  # noqa: S608


def record(*, by: Actor, action: str, subject: str, detail: dict[str, Any] | None = None) -> None:
    """Store who did what to which thing.

    Args:
        action: "room.event", for example "cases.submitted".
        subject: "type:key", for example "case:KINI-7F3K-9Q2M".
        detail: what changed, as JSON; never identity numbers, codes or contents of documents.
    """
    execute_deferred(_STORE, entry_values(by=by, action=action, subject=subject, detail=detail))


def entry_values(*, by: Actor, action: str, subject: str, detail: dict[str, Any] | None = None) -> tuple[Any, ...]:
    """Parameters of an audit entry, for a statement that stores it together with the change (`INSERT_SELECT`)."""
    _newest.pop(subject, None)
    return timezone.now(), by.kind.value, by.user_id, by.name, action, subject, json.dumps(detail or {})


#: Id of the newest entry by subject, and the time until which it is used (monotonic seconds).
_newest: dict[str, tuple[int | None, float]] = {}


@clears_cache
def clear_cache() -> None:
    """Empty the cache of `latest_entry_id`."""
    _newest.clear()


def latest_entry_id(subject: str) -> int | None:
    """Return the id of the newest entry about a subject, or None; part of the keys of process-wide caches.

    Cached for `settings.HELD_SECONDS`, or until this process records an entry. Only for few subjects.
    """
    entry_id, until = _newest.get(subject, (None, 0.0))
    if until <= time.monotonic():
        [(entry_id,)] = execute_prepared("SELECT max(id) FROM core_auditentry WHERE subject = %s", [subject])
        _newest[subject] = entry_id, time.monotonic() + settings.HELD_SECONDS
    return entry_id
