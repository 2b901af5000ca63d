"""The audit trail: one row for every write, stored in the same transaction."""

from typing import Any

from kini.core.actors import Actor
from kini.core.models import AuditEntry


def record(*, by: Actor, action: str, subject: str, detail: dict[str, Any] | None = None) -> AuditEntry:
    """Store who did what to which thing.

    Args:
        action: "room.deed", for example "cases.submitted".
        subject: "sort:key", for example "case:KINI-7F3K-9Q2M".
        detail: what changed, as JSON; never identity numbers, codes or contents of documents.
    """
    return AuditEntry.objects.create(
        actor_kind=by.kind, actor_id=by.user_id, actor_name=by.name, action=action, subject=subject, detail=detail or {}
    )
