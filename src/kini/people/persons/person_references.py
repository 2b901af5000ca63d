"""Registry of the columns that refer to a person, and the statements by which a merge and an unmerge move their rows.

Each room registers its columns. A row that was moved has a `MovedReference` with the person for whom it was recorded,
so that at any time a row refers to the root of that person's tree, after any merges and unmerges in between.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q
from django.utils.functional import Promise

from kini.core.registry import Registry
from kini.people.persons.models import DuplicatePair, MovedReference, Person, PersonMerge


class OnMerge(StrEnum):
    """Fate of the rows of an absorbed person.

    MOVE: all are moved; one that a constraint of the table refuses stops the merge, with the message of the reference.
    MOVE_OR_STAY: such a row stays with the absorbed person; `queries.person_tree` finds it.
    STAY: none is moved.
    """

    MOVE = "move"
    MOVE_OR_STAY = "move-or-stay"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class PersonReference:
    """A foreign key to `Person`. Its table has the triggers of `reference_triggers`, unless its rows stay.

    Attributes:
        model, field: the foreign key. The model's primary key is a number called `id`.
        refusal: reason of a refused merge, in a sentence that says what to do; needed for MOVE.
        separate: condition on rows recorded for the survivor that leave with the absorbed person in an unmerge
            (recorded after `merge.at`, at the absorbed one's facility); by default none does.
    """

    model: type[models.Model]
    field: str = "person"
    on_merge: OnMerge = OnMerge.MOVE
    refusal: str | Promise = ""
    separate: Callable[[PersonMerge], Q] | None = None

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def column(self) -> str:
        return f"{self.field}_id"

    def rows(self, person_ids: Collection[int]) -> models.QuerySet[Any]:
        """Return the rows that refer to these persons."""
        return self.model._default_manager.filter(**{f"{self.field}__in": person_ids})


class UnregisteredReference(RuntimeError):
    """A foreign key to `Person` is not registered: a merge would leave its rows behind."""


#: Columns by "table.column", or the name of the model's relation.
person_references: Registry[PersonReference] = Registry("reference to a person")

#: Tables of comparisons and merges themselves.
_OWN = {DuplicatePair, PersonMerge, MovedReference}


def register_reference(reference: PersonReference) -> None:
    """Register a column.

    Raises:
        ValueError: if it is registered already.
    """
    person_references.register(f"{reference.table}.{reference.column}", reference)


def require_registered() -> None:
    """Raise UnregisteredReference if a foreign key to `Person` is missing in the registry."""
    for relation in Person._meta.related_objects:
        name = f"{relation.related_model._meta.db_table}.{relation.field.column}"
        if relation.related_model not in _OWN and name not in person_references:
            raise UnregisteredReference(f"{name} refers to a person and is not registered (people.person_references).")


def move_to_survivor(reference: PersonReference, merge: PersonMerge) -> int | None:
    """Move the rows of the absorbed person to the survivor. Return their number; None if a constraint refuses one."""
    if reference.on_merge is OnMerge.STAY:
        return 0
    count = _move(reference, merge.absorbed_id, merge.survivor_id, "")
    if count is not None or reference.on_merge is OnMerge.MOVE:
        return count
    pks = reference.rows([merge.absorbed_id]).order_by("pk").values_list("pk", flat=True)
    return sum(_move(reference, merge.absorbed_id, merge.survivor_id, "AND id = %s", [pk]) or 0 for pk in pks)


def _move(
    reference: PersonReference, source: int, target: int, more: str, values: list[Any] | tuple[()] = ()
) -> int | None:
    """Move rows in one statement and remember for whom they were recorded; None if a constraint refuses."""
    statement = f"""
        WITH moved AS (UPDATE {reference.table} SET {reference.column} = %s WHERE {reference.column} = %s {more}
            RETURNING id), remembered AS (
            INSERT INTO people_movedreference ("table", "column", "row", person_id)
            SELECT %s, %s, id, %s FROM moved ON CONFLICT DO NOTHING
        ) SELECT count(*) FROM moved"""  # noqa: S608 -- names of models
    own: list[Any] = [reference.table, reference.column, source]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [target, source, *values, *own])
            return int(cursor.fetchone()[0])
    except IntegrityError:
        return None


def move_back(reference: PersonReference, merge: PersonMerge, root: int, leaving: Collection[int]) -> int:
    """Move the rows recorded for the persons who leave from the root to the absorbed person, who is a root now.

    Raises:
        IntegrityError: if a constraint refuses a row.
    """
    if reference.on_merge is OnMerge.STAY:
        return 0
    statement = f"""
        UPDATE {reference.table} AS kept SET {reference.column} = %s FROM people_movedreference AS moved
        WHERE moved."table" = %s AND moved."column" = %s AND moved."row" = kept.id AND moved.person_id = ANY(%s)
            AND kept.{reference.column} = %s"""  # noqa: S608 -- names of models
    with connection.cursor() as cursor:
        cursor.execute(statement, [merge.absorbed_id, reference.table, reference.column, [*leaving], root])
        count = cursor.rowcount
    if reference.separate:
        count += (
            _new_rows(reference, root).filter(reference.separate(merge)).update(**{reference.field: merge.absorbed_id})
        )
    return count


def _new_rows(reference: PersonReference, root: int) -> models.QuerySet[Any]:
    """Rows of the root that no merge moved to it."""
    moved = MovedReference.objects.filter(table=reference.table, column=reference.column)
    return reference.rows([root]).exclude(pk__in=moved.values("row"))
