"""Trees of merged persons: the root stands for everybody below it."""

from collections.abc import Collection

from django.db import connection

from kini.people.persons.models import Person

#: Pairs of a root and each record below it, the root first.
_TREES = """
    WITH RECURSIVE tree (root, id) AS (
        SELECT DISTINCT kini_person_root(id), kini_person_root(id) FROM unnest(%s::bigint[]) AS person (id)
        UNION ALL SELECT tree.root, merge.absorbed_id FROM tree
        JOIN people_personmerge AS merge ON merge.survivor_id = tree.id AND merge.undone_at IS NULL
    ) SELECT root, id FROM tree"""
_BELOW = """
    WITH RECURSIVE tree (id) AS (
        SELECT %s::bigint
        UNION ALL SELECT merge.absorbed_id FROM tree
        JOIN people_personmerge AS merge ON merge.survivor_id = tree.id AND merge.undone_at IS NULL
    ) SELECT id FROM tree"""


def roots_of(person_ids: Collection[int]) -> dict[int, int]:
    """Map ids of persons to those of their roots. One statement."""
    rows = _rows("SELECT id, kini_person_root(id) FROM unnest(%s::bigint[]) AS person (id)", [*person_ids])
    return {row[0]: row[1] for row in rows}


def root_of(person: Person) -> Person:
    """Return the person who stands for this one; itself unless it was merged."""
    root = roots_of([person.pk])[person.pk]
    return person if root == person.pk else Person.objects.get(pk=root)


def trees_of(person_ids: Collection[int]) -> dict[int, list[int]]:
    """Return, by root, the ids of all records of the trees that these persons are in. One statement."""
    trees: dict[int, list[int]] = {}
    for root, pk in _rows(_TREES, [*person_ids]):
        trees.setdefault(root, []).append(pk)
    return trees


def person_tree(person_id: int) -> list[int]:
    """Return the ids of all records of one person, its root first."""
    [ids] = trees_of([person_id]).values()
    return ids


def ids_below(person_id: int) -> list[int]:
    """Return the id of a person and those of everybody merged into it."""
    return [pk for (pk,) in _rows(_BELOW, person_id)]


def _rows(statement: str, value: int | list[int]) -> list[tuple[int, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
        rows: list[tuple[int, ...]] = cursor.fetchall()
        return rows
