"""Actions on two records of one person: find them, compare them, merge them and undo it, or mark them as different."""

from django.db.models import Q
from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system
from kini.people import access_log, action_helpers, rules
from kini.people.access_log import AccessType
from kini.people.access_purposes import DUPLICATES
from kini.people.events import PersonsMerged, PersonsSeparated
from kini.people.household import household_of
from kini.people.models import Assurance
from kini.people.permissions import PeoplePermission
from kini.people.persons import merging
from kini.people.persons.likely_duplicates import likely_duplicates
from kini.people.persons.models import DuplicatePair, Person, PersonMerge
from kini.people.persons.person_access import person_reads, person_reference
from kini.people.persons.person_details import has_profile
from kini.people.persons.trees import root_of

#: Persons compared in one transaction.
BATCH = 50


@action
def find_duplicates(*, by: Actor) -> int:
    """Compare the next persons who are new or changed with all others; return their number, 0 when none is left.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    require_system(by)
    rows = Person.objects.select_for_update(skip_locked=True, no_key=True, of=("self",)).filter(to_compare=True)
    persons = list(rows.select_related("resident").order_by("-pk")[:BATCH])
    pairs: dict[tuple[int, int], float] = {}
    for root in {root_of(each) for each in persons}:
        likely = {each.person.pk: each.score for each in likely_duplicates(root)}
        pairs |= {(min(root.pk, pk), max(root.pk, pk)): score for pk, score in likely.items()}
        open_pairs = DuplicatePair.objects.filter(Q(first=root) | Q(second=root), different_since=None)
        open_pairs.exclude(Q(first__in=likely) | Q(second__in=likely)).delete()
    DuplicatePair.objects.bulk_create(
        (DuplicatePair(first_id=first, second_id=second, score=score) for (first, second), score in pairs.items()),
        update_conflicts=True,
        unique_fields=["first", "second"],
        update_fields=["score"],
    )
    Person.objects.filter(pk__in=[each.pk for each in persons]).update(to_compare=False)
    if pairs:
        audit.record(by=by, action="people.duplicates-found", subject="people", detail={"pairs": len(pairs)})
    return len(persons)


@action
def look_at_pair(*, by: Actor, pair: DuplicatePair, reason: str) -> None:
    """Log an officer's look at the names and numbers of two persons, before they are shown.

    Raises:
        NotAllowed: without the permission to merge persons, or for the officer's own household.
        ActionRefused: without an acceptable reason.
        TooManyAttempts: after too many looks.
    """
    persons = _allowed_pair(by, pair)
    for each in persons:
        resident = each.resident if has_profile(each) else None
        reference = "" if resident else person_reference(each.pk)
        action_helpers.log_access(by, resident, AccessType.IDENTITY, reason, reference, DUPLICATES)


@action
def mark_different(*, by: Actor, pair: DuplicatePair, reason: str) -> DuplicatePair:
    """Remember that these are two persons: they are not offered as likely duplicates any more.

    Raises:
        NotAllowed: without the permission to merge persons, or for the officer's own household.
        ActionRefused: without a reason; if they are marked or merged already.
    """
    pair = DuplicatePair.objects.select_for_update().get(pk=pair.pk)
    one, other = _allowed_pair(by, pair)
    reason = action_helpers.require_reason(reason)
    if pair.different_since:
        raise ActionRefused(_("These two were marked as different persons already."))
    if root_of(one) == root_of(other):
        raise ActionRefused(_("These two records are one person already. Undo the merge first."))
    pair.different_since, pair.decided_by_id, pair.reason = current_time.now(), by.user_id, reason
    pair.save(update_fields=["different_since", "decided_by", "reason"])
    audit.record(by=by, action="people.persons-different", subject=f"person:{one.pk}", detail={"other": other.pk})
    return pair


@action
def merge_persons(*, by: Actor, first: Person, second: Person, reason: str) -> PersonMerge:
    """Merge two records of one person. The one with a profile survives, else the older one; both keep their details.

    Raises:
        NotAllowed: without the permission to merge persons, or for the officer's own household.
        ActionRefused: without a reason; if they are one already, both have a profile, have different numbers, or rows
            that one person cannot have; or if the account's owner is not proved.
    """
    rules.require_somewhere(by, PeoplePermission.MERGE_PERSONS)
    reason = action_helpers.require_reason(reason)
    one, other = merging.lock_roots(first.pk, second.pk)
    survivor, absorbed = sorted((one, other), key=lambda each: (not has_profile(each), each.pk))
    _require_outside_household(by, one, other)
    if has_profile(absorbed) and survivor.pk != absorbed.pk:
        raise ActionRefused(_("Both have a profile. Profiles are joined at a counter, with the card on the table."))
    if has_profile(survivor) and survivor.resident.user_id and survivor.resident.assurance == Assurance.TYPED:
        raise ActionRefused(
            _("Nobody has proved yet who owns this account, and it could read what is merged. Prove the profile first.")
        )
    access_log.store_reads(by, AccessType.PERSON, person_reads([one, other]), DUPLICATES)
    merge, moved = merging.merge(by, survivor, absorbed, reason)
    Person.objects.filter(pk=survivor.pk).update(to_compare=True)
    detail = {"merge": merge.pk, "absorbed": absorbed.pk, "moved": dict(moved)}
    audit.record(by=by, action="people.persons-merged", subject=f"person:{survivor.pk}", detail=detail)
    events.publish(PersonsMerged(merge.pk))
    return merge


@action
def unmerge_person(*, by: Actor, merge: PersonMerge, reason: str) -> PersonMerge:
    """Undo a merge: the absorbed person leaves with everything that was recorded for them, then and since.

    Raises:
        NotAllowed: without the permission to merge persons, or for the officer's own household.
        ActionRefused: without a reason; if it was undone before; for profiles that were joined at a counter, whose
            cases have moved; or if something was recorded since that stands in the way.
    """
    rules.require_somewhere(by, PeoplePermission.MERGE_PERSONS)
    reason = action_helpers.require_reason(reason)
    if has_profile(merge.absorbed):
        raise ActionRefused(_("These profiles were joined at a counter. That cannot be undone here."))
    _require_outside_household(by, *merging.lock_roots(merge.survivor_id))
    moved = merging.unmerge(by, merge, reason)
    Person.objects.filter(pk__in=[merge.survivor_id, merge.absorbed_id]).update(to_compare=True)
    detail = {"merge": merge.pk, "absorbed": merge.absorbed_id, "moved": dict(moved)}
    audit.record(by=by, action="people.persons-separated", subject=f"person:{merge.survivor_id}", detail=detail)
    events.publish(PersonsSeparated(merge.pk))
    return merge


def _allowed_pair(by: Actor, pair: DuplicatePair) -> list[Person]:
    rules.require_somewhere(by, PeoplePermission.MERGE_PERSONS)
    persons = list(
        Person.objects.select_related("resident").filter(pk__in=[pair.first_id, pair.second_id]).order_by("pk")
    )
    _require_outside_household(by, *persons)
    return persons


def _require_outside_household(by: Actor, *persons: Person) -> None:
    profiles = {each.resident.pk for each in persons if has_profile(each)}
    if profiles & household_of(by.user_id).residents:
        raise NotAllowed(_("This is your own record or your family's. A colleague works on it."))
