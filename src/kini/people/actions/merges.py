"""Actions that merge two records of one person, and undo it."""

from django.utils.translation import gettext as _

from kini.core import audit, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people import access_log, action_helpers, rules
from kini.people.access_log import AccessType
from kini.people.access_purposes import DUPLICATES
from kini.people.events import PersonsMerged, PersonsSeparated
from kini.people.household import household_of
from kini.people.models import Assurance
from kini.people.permissions import PeoplePermission
from kini.people.persons import merging
from kini.people.persons.models import Person, PersonMerge
from kini.people.persons.person_access import person_reads
from kini.people.persons.person_details import has_profile


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
    detail = {"merge": merge.pk, "absorbed": merge.absorbed_id, "moved": dict(moved)}
    audit.record(by=by, action="people.persons-separated", subject=f"person:{merge.survivor_id}", detail=detail)
    events.publish(PersonsSeparated(merge.pk))
    return merge


def _require_outside_household(by: Actor, *persons: Person) -> None:
    profiles = {each.resident.pk for each in persons if has_profile(each)}
    if profiles & household_of(by.user_id).residents:
        raise NotAllowed(_("This is your own record or your family's. A colleague works on it."))
