"""Model instances made, inserted and updated without the ORM's per-row cost (signals, `save()`, `__init__`).

For the busiest requests only: inserts and updates go out with the next statement of the transaction (`send_later`).
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection, models
from django.db.models import Field, Model
from django.db.models.base import ModelState
from django.db.models.expressions import RawSQL

from kini.core.chain.registry import chains
from kini.core.database.prepared import prepared, send_later


def row_of[M: Model](model: type[M], columns: Sequence[str], values: Sequence[Any], **related: Model | None) -> M:
    """A stored row, as `from_db` makes it, in a fifth of the time: fields that are not among the columns are read when
    they are asked for, and nobody is sent a signal.

    Args:
        columns: names of attributes ("area_id"); `values` are theirs.
        related: rows that it points to, by field ("area").
    """
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding, row._state.db = False, connection.alias
    row.__dict__.update(zip(columns, values, strict=True))
    row._state.fields_cache.update(related)
    return row


def new[M: Model](model: type[M], **values: Any) -> M:
    """A row that is not stored yet, as the model's constructor makes it, in a fraction of the time: nobody is sent a
    signal.

    Args:
        values: by field, or by attribute ("area_id"); the others get their defaults.
    """
    row = model.__new__(model)
    row._state = ModelState()
    own, (fields, same, made) = row.__dict__, _beginning(model)
    own.update(same)
    own.update((name, default()) for name, default in made)
    for name, value in values.items():
        field = fields[name]
        if name != field.attname:
            row._state.fields_cache[name] = value
            value = value and value.pk
        own[field.attname] = value
    return row


@cache
def _beginning(
    model: type[Model],
) -> "tuple[dict[str, Field[Any, Any]], dict[str, Any], list[tuple[str, Callable[[], Any]]]]":
    """A model's fields by their names and attributes; by attribute the defaults that all rows share, and what makes
    the others.
    """
    own = model._meta.concrete_fields
    fields = {name: field for field in own for name in (field.name, field.attname)}
    makers = [field for field in own if field.has_default() and callable(field.default)]
    same = {field.attname: field.get_default() for field in own if field not in makers}
    return fields, same, [(field.attname, field.get_default) for field in makers]


def insert_later(row: Model, *, instead_of: tuple[str, ...] = ()) -> None:
    """Store a new row as `save(force_insert=True)` does, but with the next statement of the transaction
    (`prepared.send_later`), and nobody is sent a signal. The value of a column may be SQL of its own (RawSQL).

    Its key is not known unless it was given one (`give_key`), so nothing else may point to it.

    Args:
        instead_of: fields of a unique constraint; a row that has the same ones is overwritten.
    """
    send_later(*_inserting(row, instead_of))
    if row.pk is not None:
        row._state.adding, row._state.db = False, connection.alias


def update_later(row: Model) -> None:
    """Store a row that is there already as `save(force_update=True)` does, but with the next statement of the
    transaction, and nobody is sent a signal. Whoever calls it has locked the row.

    What was not read of it, or was taken off it (`del row.field`), stays as it is stored.
    """
    send_later(*_updating(row))


#: Keys that are taken from a table's sequence at once.
HANDFUL = 20
#: By the connection that took them. They go with it: a database that was killed gives those once more whose taking it
#: had not written down yet.
_keys: WeakKeyDictionary[Any, defaultdict[type[Model], deque[int]]] = WeakKeyDictionary()


def give_key(row: Model) -> None:
    """Give a new row its key before it is stored, so that others may point to it: a way to the database less.

    A connection takes several at once, so keys do not tell which row came first; those that are left over stay unused.

    Raises:
        TypeError: for a chained table, whose rows are sealed in the order of their keys (core/chain).
    """
    model = type(row)
    connection.ensure_connection()
    taken = _keys.setdefault(connection.connection, defaultdict(deque))[model]
    if not taken:
        taken.extend(key for (key,) in prepared(_sequence(model), [HANDFUL]))
    row.pk = taken.popleft()


@cache
def _sequence(model: type[Model]) -> str:
    table, key = model._meta.db_table, model._meta.pk.column
    if any(chain.table == table for chain in chains):
        raise TypeError(f"{table} is chained: its keys are given by the database as rows are inserted.")
    return f"SELECT nextval(pg_get_serial_sequence('{table}', '{key}')) FROM generate_series(1, %s)"  # noqa: S608 -- own


def _inserting(row: Model, instead_of: tuple[str, ...] = ()) -> tuple[str, list[Any]]:
    """The statement that stores a row, and its parameters; the database gives the key where the row has none."""
    return _filled(row, _insertion(type(row), instead_of, keyed=row.pk is not None), new=True)


def _updating(row: Model) -> tuple[str, list[Any]]:
    """The statement that stores a row anew, and its parameters."""
    held = tuple(name for name in _names(type(row)) if name in row.__dict__)
    words, values = _filled(row, _change(type(row), held), new=False)
    return words, [*values, row.pk]


def _filled(row: Model, wording: "Wording", *, new: bool) -> tuple[str, list[Any]]:
    """A statement with the values of a row, of which some may be SQL of their own."""
    words, fields = wording
    values = [_stored(row, field, sort, new=new) for field, sort in fields]
    places = [each.sql if isinstance(each, RawSQL) else "%s" for each in values]
    return words.format(*places), [given for each in values for given in _given(each)]


def _stored(row: Model, field: "Field[Any, Any]", sort: type | None, *, new: bool) -> Any:
    """The value of a field as the database takes it, which most are as they are."""
    value = row.__dict__[field.attname]
    if sort and (value is None or (type(value) is sort and (value != "" or not field.is_relation))):
        return value
    return field.get_db_prep_save(field.pre_save(row, new), connection)


def _given(value: Any) -> Sequence[Any]:
    return value.params if isinstance(value, RawSQL) else (value,)


#: A statement with a place for each value, and whose values they are, with the sort that is stored as it is.
type Wording = tuple[str, list[tuple["Field[Any, Any]", type | None]]]


#: Fields that store a value of this sort as it is.
AS_IT_IS: Mapping[type["Field[Any, Any]"], type] = {
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
def _insertion(model: type[Model], instead_of: tuple[str, ...], *, keyed: bool) -> Wording:
    own = [field for field in model._meta.concrete_fields if keyed or field is not model._meta.auto_field]
    quoted = connection.ops.quote_name
    columns = ", ".join(quoted(str(field.column)) for field in own)
    into = quoted(model._meta.db_table)
    words = f"INSERT INTO {into} ({columns}) VALUES ({', '.join(['{}'] * len(own))})"  # noqa: S608 -- the model's own
    if instead_of:
        same = [quoted(str(field.column)) for field in own if field.name in instead_of]
        others = [quoted(str(field.column)) for field in own if field.name not in instead_of]
        words += f" ON CONFLICT ({', '.join(same)}) DO UPDATE SET "
        words += ", ".join(f"{name} = excluded.{name}" for name in others)
    return words, [(field, _as_it_is(field)) for field in own]


@cache
def _names(model: type[Model]) -> tuple[str, ...]:
    """Attributes of a row that are stored, but for its key."""
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> Wording:
    """With a last place for the row's key."""
    own = [field for field in model._meta.concrete_fields if field.attname in names]
    quoted = connection.ops.quote_name
    columns = ", ".join(f"{quoted(str(field.column))} = {{}}" for field in own)
    table, key = quoted(model._meta.db_table), quoted(str(model._meta.pk.column))
    words = f"UPDATE {table} SET {columns} WHERE {key} = %s"  # noqa: S608 -- names of the model's own
    return words, [(field, _as_it_is(field)) for field in own]


def _as_it_is(field: "Field[Any, Any]") -> type | None:
    """The sort of values that a field stores as they are."""
    return None if _by_itself(field) else AS_IT_IS.get(type(_pointed_to(field)))


def _by_itself(field: "Field[Any, Any]") -> bool:
    """Whether a field gives itself a value as it is stored."""
    return getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)


def _pointed_to(field: "Field[Any, Any]") -> "Field[Any, Any]":
    return field.target_field if isinstance(field, models.ForeignKey) else field
