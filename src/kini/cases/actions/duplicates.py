"""Duplicates: merge the later case into the earlier one, undo a merge, mark pairs as different."""

from django.utils.translation import gettext as _

from kini.cases import access, rules, timeline
from kini.cases.events import CaseMoved
from kini.cases.locking import lock_case
from kini.cases.models import Case, NotDuplicate, TimelineEntry
from kini.cases.permissions import CasePermission
from kini.core import audit, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.services.public import kinds, snapshot_of


@action
def merge(*, by: Actor, case: Case, other: Case) -> Case:
    """Merge two duplicates: the later case ends and follows the earlier one, in whichever order they are given.

    The resident of the later case is notified of the merge and of all further steps of the other case, without learning
    whose it is. Duplicates of the later case now follow the earlier one.

    Returns:
        The later case as stored.

    Raises:
        NotAllowed: without the permission over both, or when one of them is the officer's own.
        ActionRefused: when one has ended, their services differ, or the later one's flow has no such end.
    """
    first, later = _both(by, case, other)
    if first.service_id != later.service_id:
        raise ActionRefused(_("Only cases of the same service can be merged."))
    if first.closed_at or later.closed_at:
        raise ActionRefused(_("One of these cases has ended. Only open cases can be merged."))
    edge = rules.edge_of(snapshot_of(later.version).flow, later.state, rules.JOIN)
    if edge is None:
        raise ActionRefused(_("This case began before its service supported merging. Handle it separately."))
    _follow(by, later, first)
    later.merged_into = first
    _step(by, later, rules.JOIN, edge.to)
    timeline.append(first, by=by, sort="gathered", public=False, data={"reference": later.reference})
    detail = {"to": first.reference}
    audit.record(by=by, action="cases.joined-case", subject=f"case:{later.reference}", detail=detail)
    return later


@action
def mark_not_duplicate(*, by: Actor, case: Case, other: Case) -> NotDuplicate:
    """Mark two similar cases as different, so that they are no longer suggested.

    Raises:
        NotAllowed: without the permission over both, or when one of them is the officer's own.
    """
    return _apart(by, *_both(by, case, other))


@action
def unmerge(*, by: Actor, case: Case) -> Case:
    """Undo a merge: the case goes on alone from the state before, and its clock as if it had never stopped.

    Raises:
        NotAllowed: without the permission, or when the case is the officer's own.
        ActionRefused: when it is not joined to another one.
    """
    case = lock_case(case)
    access.require_at_desk(by, CasePermission.JOIN_CASES, case)
    if case.merged_into is None:
        raise ActionRefused(_("This case has not been merged into another one."))
    _apart(by, *sorted((case, case.merged_into), key=lambda each: each.pk))
    return _separated(by, case)


@action
def release_duplicates(*, by: Actor, case: Case) -> Case | None:
    """Release the duplicates of a case that ended undecided: the earliest goes on, the others follow it.

    Returns:
        The one that goes on; None when nobody follows.

    Raises:
        NotAllowed: when anybody but the program asks.
        ActionRefused: when the case has not gone away.
    """
    require_system(by)
    case = lock_case(case)
    if case.outcome not in rules.UNDECIDED:
        raise ActionRefused(_("This case is still open or has been decided."))
    first = case.duplicates.order_by("opened_at", "pk").first()
    if first is None:
        return None
    first = _separated(by, lock_case(first))
    _follow(by, case, first)
    return first


def _both(by: Actor, case: Case, other: Case) -> tuple[Case, Case]:
    """Lock both cases in a fixed order and return (earlier, later), if the actor may merge them."""
    if case.pk == other.pk:
        raise ActionRefused(_("A case cannot be compared with itself."))
    pair = [lock_case(each) for each in sorted((case, other), key=lambda each: each.pk)]
    for each in pair:
        access.require_at_desk(by, CasePermission.JOIN_CASES, each)
    first, later = sorted(pair, key=lambda each: (each.opened_at, each.pk))
    return first, later


def _apart(by: Actor, one: Case, other: Case) -> NotDuplicate:
    first, later = sorted((one, other), key=lambda each: each.pk)
    pair, created = NotDuplicate.objects.get_or_create(first=first, later=later, defaults={"by_id": by.user_id})
    if created:
        detail = {"from": first.reference}
        audit.record(by=by, action="cases.kept-apart", subject=f"case:{later.reference}", detail=detail)
    return pair


def _follow(by: Actor, before: Case, target: Case) -> None:
    """Let the duplicates of one case follow another."""
    for duplicate in before.duplicates.order_by("pk"):
        duplicate = lock_case(duplicate)
        duplicate.merged_into = target
        timeline.append(duplicate, by=by, sort="followed", data={"leader": target.reference})


def _separated(by: Actor, case: Case) -> Case:
    case.merged_into = None
    merged = TimelineEntry.objects.filter(case=case, move=rules.JOIN).order_by("-number").first()
    _step(by, case, rules.SEPARATE, merged.from_state if merged else snapshot_of(case.version).flow.start)
    audit.record(by=by, action="cases.separated", subject=f"case:{case.reference}")
    return case


def _step(by: Actor, case: Case, move: str, to: str) -> None:
    """Take a step that no page offers, with the effects of an ordinary one."""
    data = {"leader": case.merged_into.reference if case.merged_into else ""}
    entry = timeline.append(case, by=by, sort="moved", move=move, to_state=to, data=data)
    kinds.get(case.kind).after_move(case, move, {})
    events.publish(CaseMoved(case.reference, move, to, entry.number, case.kind))
