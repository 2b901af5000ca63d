"""Migration operation that encrypts a column with its rows."""

import json
from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.migrations.operations import AlterField

from kini.core.database.encryption import EncryptedKeysJSONField, EncryptedTextField

BATCH = 2000


class EncryptColumn(AlterField):
    """Turn a plain column into an encrypted one, in the transaction of its migration.

    Triggers are disabled meanwhile, since append-only tables refuse updates. Indexes and constraints on the column are
    dropped with it: the migration removes them before and adds them after this operation.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        field = _field(to_state, app_label, self.model_name, self.name)
        plain = _field(from_state, app_label, self.model_name, self.name)
        _replace(schema_editor, plain, field, lambda value: _encrypted(field, plain, value))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        sealed = _field(from_state, app_label, self.model_name, self.name)
        field = _field(to_state, app_label, self.model_name, self.name)
        connection = schema_editor.connection
        _replace(schema_editor, sealed, field, lambda value: field.get_db_prep_save(_plain(sealed, value), connection))

    def describe(self) -> str:
        return f"Encrypt {self.name} of {self.model_name}"


def _encrypted(
    field: EncryptedTextField | EncryptedKeysJSONField, plain: "models.Field[Any, Any]", value: Any
) -> bytes | str | None:
    """Encrypt a stored value; the backend returns jsonb as text."""
    if isinstance(field, EncryptedKeysJSONField):
        return json.dumps(field.sealed(json.loads(value)))
    is_json = isinstance(plain, models.JSONField) and isinstance(value, str)
    prepared: bytes | None = field.get_prep_value(json.loads(value) if is_json else value)
    return prepared


def _plain(sealed: EncryptedTextField | EncryptedKeysJSONField, value: Any) -> Any:
    if isinstance(sealed, EncryptedKeysJSONField):
        return sealed.unsealed(json.loads(value))
    return sealed.read(value)


def _field(state: Any, app_label: str, model_name: str, name: str) -> Any:
    return state.apps.get_model(app_label, model_name)._meta.get_field(name)


def _replace(editor: Any, old: Any, new: Any, convert: Callable[[Any], Any]) -> None:
    """Fill a new column in batches, then replace the old one with it."""
    table, column = (editor.quote_name(each) for each in (old.model._meta.db_table, old.column))
    beside = editor.quote_name(f"{old.column}_new")
    column_type = new.db_parameters(connection=editor.connection)["type"]
    editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    editor.execute(f"ALTER TABLE {table} ADD COLUMN {beside} {column_type}")
    _fill(editor, old, beside, column_type, convert)
    editor.execute(f"ALTER TABLE {table} DROP COLUMN {column} CASCADE")
    editor.execute(f"ALTER TABLE {table} RENAME COLUMN {beside} TO {column}")
    if not new.null:
        editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
    editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for statement in editor._field_indexes_sql(old.model, new):
        editor.execute(statement)
    if new.unique:
        editor.execute(editor._create_unique_sql(old.model, [new]))


def _fill(editor: Any, old: Any, beside: str, column_type: str, convert: Callable[[Any], Any]) -> None:
    table, column, key = (
        editor.quote_name(each) for each in (old.model._meta.db_table, old.column, old.model._meta.pk.column)
    )
    key_type = old.model._meta.pk.rel_db_type(editor.connection)
    with editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT {key} FROM {table} ORDER BY {key}")  # noqa: S608 -- names of the model's own
        keys = [row[0] for row in cursor.fetchall()]
        for start in range(0, len(keys), BATCH):
            cursor.execute(f"SELECT {key}, {column} FROM {table} WHERE {key} = ANY(%s)", [keys[start : start + BATCH]])  # noqa: S608
            rows = [(row[0], convert(row[1])) for row in cursor.fetchall()]
            cursor.execute(
                f"UPDATE {table} SET {beside} = given.value FROM "  # noqa: S608
                f"unnest(%s::{key_type}[], %s::{column_type}[]) AS given (key, value) WHERE {table}.{key} = given.key",
                [[row[0] for row in rows], [row[1] for row in rows]],
            )
