"""Merge and unmerge of persons, within the transaction of an action that has checked permissions."""

from collections.abc import Mapping

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from kini.core import current_time
from kini.core.actors import ActionRefused, Actor
from kini.people.persons import person_references
from kini.people.persons.identifier_types import identifier_types
from kini.people.persons.likely_duplicates import conflicting_types, known_persons
from kini.people.persons.models import MovedReference, Person, PersonMerge
from kini.people.persons.trees import ids_below, roots_of


def lock_roots(*person_ids: int) -> list[Person]:
    """Lock the roots of persons until the transaction ends, and return them in the order of the arguments.

    Merges and unmerges run one at a time. A row that is being recorded for one of these persons is waited for; one that
    is recorded later waits, and then finds the new root.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE people_personmerge IN SHARE ROW EXCLUSIVE MODE")
    roots = roots_of(person_ids)
    persons = Person.objects.select_for_update(of=("self",)).select_related("resident")
    locked = {each.pk: each for each in persons.filter(pk__in=roots.values()).order_by("pk")}
    return [locked[roots[pk]] for pk in person_ids]


def merge(by: Actor, survivor: Person, absorbed: Person, reason: str) -> tuple[PersonMerge, Mapping[str, int]]:
    """Merge one locked root into another and move its rows. Return the merge, and the number of moved rows by column.

    Raises:
        ActionRefused: if they are one already, have different numbers, or rows that one person cannot have.
    """
    person_references.require_registered()
    if survivor.pk == absorbed.pk:
        raise ActionRefused(_("These two records are one person already."))
    require_equal_numbers(survivor, absorbed)
    made = PersonMerge.objects.create(survivor=survivor, absorbed=absorbed, by_id=by.user_id, reason=reason)
    moved = {}
    for name, reference in person_references.person_references.items():
        count = person_references.move_to_survivor(reference, made)
        if count is None:
            raise ActionRefused(str(reference.refusal))
        moved[name] = count
    return made, {name: count for name, count in moved.items() if count}


def require_equal_numbers(survivor: Person, absorbed: Person) -> None:
    """Raise ActionRefused if two persons have different values of an identifier that a person has only once."""
    [one, other] = known_persons([survivor.pk, absorbed.pk])
    if types := conflicting_types(one, other):
        label = identifier_types.get(types[0]).label
        raise ActionRefused(
            _(
                "The two records have different numbers (%(type)s), so they are of two persons. If one number is "
                "wrong, take it off that record first."
            )
            % {"type": label}
        )


def unmerge(by: Actor, merge: PersonMerge, reason: str) -> Mapping[str, int]:
    """Undo a merge in force: everybody below the absorbed person leaves with what was recorded for them.

    Merges below stay in force, and those above too. Returns the number of moved rows by column.

    Raises:
        ActionRefused: if it was undone before, or a row cannot go back.
    """
    person_references.require_registered()
    [root] = lock_roots(merge.absorbed_id)
    merge.refresh_from_db()
    if merge.undone_at:
        raise ActionRefused(_("This merge was undone before."))
    Person.objects.select_for_update().get(pk=merge.absorbed_id)
    merge.undone_at, merge.undone_by_id, merge.undone_because = current_time.now(), by.user_id, reason
    merge.save(update_fields=["undone_at", "undone_by", "undone_because"])
    leaving = ids_below(merge.absorbed_id)
    try:
        with transaction.atomic():
            moved = {
                name: person_references.move_back(reference, merge, root.pk, leaving)
                for name, reference in person_references.person_references.items()
            }
    except IntegrityError:
        raise ActionRefused(
            _("Something was recorded since that stands in the way of undoing this merge. Correct it first.")
        ) from None
    MovedReference.objects.filter(person_id=merge.absorbed_id).delete()
    return {name: count for name, count in moved.items() if count}
