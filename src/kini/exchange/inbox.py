"""The inbox: a message from an outside system is applied once, however often it comes."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.actors import ActionRefused
from kini.exchange.models import InboxEntry


class KeyReused(ActionRefused):
    """Another content came under a key that was used before."""


def apply_once(source: str, key: str, content: bytes, apply: Callable[[], Any]) -> tuple[Any, bool]:
    """Apply a message in one transaction with the record that it came.

    Two of the same at the same time: the second waits for the first. When `apply` raises, nothing is recorded and the
    message may come again.

    Args:
        source: name of the outside system.
        key: its id of the message.
        content: the message as it came; a repetition must be the same.
        apply: makes the change and returns a JSON value.

    Returns:
        What `apply` returned now or the first time, and True if it was now.

    Raises:
        KeyReused: when the key came with another content.
    """
    digest = hashlib.sha256(content).digest()
    with transaction.atomic():
        entry = InboxEntry(source=source, key=key, digest=digest, result=None, received_at=current_time.now())
        InboxEntry.objects.bulk_create([entry], ignore_conflicts=True)  # waits for a concurrent one with the same key
        stored = InboxEntry.objects.select_for_update().get(source=source, key=key)
        if bytes(stored.digest) != digest:
            raise KeyReused(_("This key was used for another message."))
        if stored.result is not None:
            return stored.result["value"], False
        value = apply()
        stored.result = {"value": value}
        stored.save(update_fields=["result"])
        return value, True
