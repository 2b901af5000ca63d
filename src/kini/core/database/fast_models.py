"""Model instances made, inserted and updated without the ORM's per-row cost (signals, `save()`, `__init__`).

For the busiest requests only. Inserts and updates are sent with the next statement of the transaction.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection, models
from django.db.models import Field, Model
from django.db.models.expressions import RawSQL

from kini.core.chain.registry import chains
from kini.core.database.prepared_statements import execute_deferred, execute_prepared
from kini.core.django_internals import bare_row, cache_related


def hydrate[M: Model](model: type[M], columns: Sequence[str], values: Sequence[Any], **related: Model | None) -> M:
    """Make an instance of a stored row in a fifth of the time of `from_db`; other fields are deferred, no signals.

    Args:
        columns: attribute names ("area_id") of the `values`.
        related: instances of foreign keys, by field ("area").
    """
    row = bare_row(model)
    row._state.adding, row._state.db = False, connection.alias
    row.__dict__.update(zip(columns, values, strict=True))
    cache_related(row, related)
    return row


def build_row[M: Model](model: type[M], **values: Any) -> M:
    """Make an instance that is not stored yet, in a fraction of the time of the model's constructor; no signals.

    Args:
        values: by field or attribute ("area_id"); other fields get their defaults.
    """
    row = bare_row(model)
    attributes, (fields, constants, factories) = row.__dict__, _defaults(model)
    attributes.update(constants)
    attributes.update((name, default()) for name, default in factories)
    for name, value in values.items():
        field = fields[name]
        if name != field.attname:
            cache_related(row, {name: value})
            value = value and value.pk
        attributes[field.attname] = value
    return row


@cache
def _defaults(
    model: type[Model],
) -> "tuple[dict[str, Field[Any, Any]], dict[str, Any], list[tuple[str, Callable[[], Any]]]]":
    """Fields by name and attribute; constant defaults by attribute; callable defaults as (attribute, function)."""
    concrete = model._meta.concrete_fields
    fields = {name: field for field in concrete for name in (field.name, field.attname)}
    makers = [field for field in concrete if field.has_default() and callable(field.default)]
    constants = {field.attname: field.get_default() for field in concrete if field not in makers}
    return fields, constants, [(field.attname, field.get_default) for field in makers]


def insert_deferred(row: Model, *, instead_of: tuple[str, ...] = ()) -> None:
    """Insert a row with the next statement of the transaction (`execute_deferred`), without signals.

    A value may be a RawSQL expression. The primary key is unknown afterwards, unless `allocate_pk` set it before.

    Args:
        instead_of: fields of a unique constraint; an existing row with the same values is overwritten.
    """
    execute_deferred(*_insert(row, instead_of))
    if row.pk is not None:
        row._state.adding, row._state.db = False, connection.alias


def update_deferred(row: Model) -> None:
    """Update a row with the next statement of the transaction, without signals. The caller has locked the row.

    Only loaded attributes are written: deferred or deleted ones (`del row.field`) keep their stored values.
    """
    execute_deferred(*_update(row))


#: Keys taken from a sequence at once.
PK_BATCH = 20
#: Unused keys by connection. They must not outlive it: a crashed server may hand out keys again if it had not logged
#: that they were taken.
_keys: WeakKeyDictionary[Any, defaultdict[type[Model], deque[int]]] = WeakKeyDictionary()


def allocate_pk(row: Model) -> None:
    """Set the primary key before the row is stored, so that other rows may refer to it without a round trip.

    Each connection takes keys in batches, so their order is not the order of rows; unused ones are lost.

    Raises:
        TypeError: for a chained table, whose rows are sealed in the order of their keys (core/chain).
    """
    model = type(row)
    connection.ensure_connection()
    taken_keys = _keys.setdefault(connection.connection, defaultdict(deque))[model]
    if not taken_keys:
        taken_keys.extend(key for (key,) in execute_prepared(_sequence(model), [PK_BATCH]))
    row.pk = taken_keys.popleft()


@cache
def _sequence(model: type[Model]) -> str:
    table, key = model._meta.db_table, model._meta.pk.column
    if any(chain.table == table for chain in chains):
        raise TypeError(f"{table} is chained: its keys are given by the database as rows are inserted.")
    return f"SELECT nextval(pg_get_serial_sequence('{table}', '{key}')) FROM generate_series(1, %s)"  # noqa: S608 -- own


def _insert(row: Model, instead_of: tuple[str, ...] = ()) -> tuple[str, list[Any]]:
    """Statement that inserts a row, and its parameters; the database sets a missing key."""
    return _fill(row, _insert_statement(type(row), instead_of, keyed=row.pk is not None), new=True)


def _update(row: Model) -> tuple[str, list[Any]]:
    """Statement that updates a row, and its parameters."""
    loaded = tuple(name for name in _attributes(type(row)) if name in row.__dict__)
    sql, values = _fill(row, _update_statement(type(row), loaded), new=False)
    return sql, [*values, row.pk]


def _fill(row: Model, statement: "FieldStatement", *, new: bool) -> tuple[str, list[Any]]:
    """Fill the statement's placeholders with the values of a row, some of which may be RawSQL."""
    sql, fields = statement
    values = [_database_value(row, field, direct_type, new=new) for field, direct_type in fields]
    places = [each.sql if isinstance(each, RawSQL) else "%s" for each in values]
    return sql.format(*places), [parameter for each in values for parameter in _parameters(each)]


def _database_value(row: Model, field: "Field[Any, Any]", direct_type: type | None, *, new: bool) -> Any:
    """Value of a field for the database; most need no conversion."""
    value = row.__dict__[field.attname]
    if direct_type and (value is None or (type(value) is direct_type and (value != "" or not field.is_relation))):
        return value
    return field.get_db_prep_save(field.pre_save(row, new), connection)


def _parameters(value: Any) -> Sequence[Any]:
    return value.params if isinstance(value, RawSQL) else (value,)


#: SQL with a placeholder for each value, and the fields with the type that needs no conversion.
type FieldStatement = tuple[str, list[tuple["Field[Any, Any]", type | None]]]


#: Types that a field stores without conversion.
DIRECT_TYPES: Mapping[type["Field[Any, Any]"], type] = {
    models.CharField: str,
    models.TextField: str,
    models.BooleanField: bool,
    models.FloatField: float,
    models.PositiveSmallIntegerField: int,
    models.PositiveIntegerField: int,
    models.IntegerField: int,
    models.BigIntegerField: int,
    models.AutoField: int,
    models.BigAutoField: int,
    models.DateTimeField: datetime,
    models.BinaryField: bytes,
}


@cache
def _insert_statement(model: type[Model], instead_of: tuple[str, ...], *, keyed: bool) -> FieldStatement:
    fields = [field for field in model._meta.concrete_fields if keyed or field is not model._meta.auto_field]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    into = quoted(model._meta.db_table)
    sql = f"INSERT INTO {into} ({columns}) VALUES ({', '.join(['{}'] * len(fields))})"  # noqa: S608 -- the model's own
    if instead_of:
        same = [quoted(str(field.column)) for field in fields if field.name in instead_of]
        others = [quoted(str(field.column)) for field in fields if field.name not in instead_of]
        sql += f" ON CONFLICT ({', '.join(same)}) DO UPDATE SET "
        sql += ", ".join(f"{name} = excluded.{name}" for name in others)
    return sql, [(field, _direct_type(field)) for field in fields]


@cache
def _attributes(model: type[Model]) -> tuple[str, ...]:
    """Stored attributes without the primary key."""
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _update_statement(model: type[Model], names: tuple[str, ...]) -> FieldStatement:
    """UPDATE statement; its last placeholder is the primary key."""
    fields = [field for field in model._meta.concrete_fields if field.attname in names]
    quoted = connection.ops.quote_name
    columns = ", ".join(f"{quoted(str(field.column))} = {{}}" for field in fields)
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    sql = f"UPDATE {table} SET {columns} WHERE {key} = %s"  # noqa: S608 -- names of the model's own
    return sql, [(field, _direct_type(field)) for field in fields]


def _direct_type(field: "Field[Any, Any]") -> type | None:
    """Type that the field stores without conversion, if any."""
    return None if _is_automatic(field) else DIRECT_TYPES.get(type(_target_field(field)))


def _is_automatic(field: "Field[Any, Any]") -> bool:
    """True for auto_now fields, which set their own value on save."""
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


def _target_field(field: "Field[Any, Any]") -> "Field[Any, Any]":
    return field.target_field if isinstance(field, models.ForeignKey) else field
