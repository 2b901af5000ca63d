"""Key rotation: what rooms register, and encrypted columns, which need no registration.

Everything is done in batches with a transaction each, so that it can be interrupted and resumed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from kini.core import audit
from kini.core.actors import Actor, ActorKind, NotAllowed
from kini.core.database.encryption import EncryptedKeysJSONField, EncryptedTextField, encrypted_fields
from kini.core.registry import Registry

BATCH = 500


@dataclass(frozen=True, slots=True)
class Rotated:
    """Number of rows brought under the new keys, and a sentence for each that cannot be read."""

    count: int
    problems: tuple[str, ...] = ()


#: By the plural noun of what is rotated ("bookings").
rotations: Registry[Callable[[Actor], Rotated]] = Registry("rotation of keys")


def register_action(noun: str, action: Callable[..., int]) -> None:
    """Register an action that returns the number of changed rows."""
    rotations.register(noun, lambda by: Rotated(action(by=by)))


type Column = EncryptedTextField | EncryptedKeysJSONField


def rotate_columns(*, by: Actor) -> int:
    """Encrypt all encrypted columns with the first key of the ring; returns the number of changed rows.

    Raises:
        NotAllowed: unless the actor is the system.
    """
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Keys are rotated from the command line.")
    count = sum(_rotate(model) for model in apps.get_models() if encrypted_fields(model))
    audit.record(by=by, action="core.columns-rotated", subject="columns", detail={"count": count})
    return count


def _rotate(model: type[models.Model]) -> int:
    fields = [field for field in encrypted_fields(model) if field.rotates]
    key, last, count = str(model._meta.pk.column), None, 0
    while fields:
        with transaction.atomic(), connection.cursor() as cursor:
            rows = _batch(cursor, model._meta.db_table, key, fields, last)
            count += _store(cursor, model._meta.db_table, key, fields, rows)
        if len(rows) < BATCH:
            break
        last = rows[-1][0]
    return count


def _batch(cursor: Any, table: str, key: str, fields: Iterable[Column], last: Any) -> list[tuple[Any, ...]]:
    """Lock and return the next rows by key, with the stored bytes of their columns."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(name)) for name in (key, *(field.column for field in fields)))
    behind = f"WHERE {quote(key)} > %s" if last is not None else ""
    cursor.execute(
        f"SELECT {columns} FROM {quote(table)} {behind} ORDER BY {quote(key)} LIMIT {BATCH} FOR UPDATE",  # noqa: S608
        [last] if last is not None else [],
    )
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _store(cursor: Any, table: str, key: str, fields: list[Column], rows: Iterable[tuple[Any, ...]]) -> int:
    """Update rows that an older key encrypted; append-only tables allow it for these columns only."""
    quote = connection.ops.quote_name
    changes = ", ".join(f"{quote(str(field.column))} = %s::{field.db_type(connection)}" for field in fields)
    changed = []
    for own, *stored in rows:
        new = [field.rotated(value) for field, value in zip(fields, stored, strict=True)]
        if new != stored:
            changed.append([*new, own])
    if changed:
        cursor.execute("SET LOCAL kini.rotating_keys = 'on'")
        cursor.executemany(f"UPDATE {quote(table)} SET {changes} WHERE {quote(key)} = %s", changed)  # noqa: S608
        cursor.execute("SET LOCAL kini.rotating_keys = 'off'")
    return len(changed)
