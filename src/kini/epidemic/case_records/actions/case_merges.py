"""Actions that merge two records of one illness, and undo it without losing anything.

The absorbed record stays as it is and names the survivor. Rows that refer to it move to the survivor, whose empty
fields are filled from it; the merge remembers both, so that undoing it returns them.
"""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.epidemic.case_records import case_references
from kini.epidemic.case_records.case_change import case_change, plain
from kini.epidemic.case_records.models import CaseMerge, CaseRecord, LabTest
from kini.epidemic.case_records.record_access import require_may_change
from kini.people import actions as people_actions
from kini.people.public import action_helpers

#: Fields that a merge fills where the survivor has none. Those of a group are filled together.
FILLED = (("onset_on",), ("outcome", "outcome_on"), ("age",), ("sex",), ("rw", "rt", "house"), ("facility_id",))
NULLABLE = {"onset_on", "outcome_on", "age", "facility_id"}


@action
def merge_cases(*, by: Actor, first: CaseRecord, second: CaseRecord, reason: str) -> CaseMerge:
    """Merge two records of one illness. The one reported first survives; persons who are two records become one.

    Raises:
        NotAllowed: unless both are open to the actor for their work; for two persons, without the permission to merge.
        ActionRefused: without a reason, for two diseases or one record, or if the persons cannot be one.
    """
    reason = action_helpers.require_reason(reason)
    for each in (first, second):
        require_may_change(by, each)
    case_references.require_registered()
    if first.person_id != second.person_id:
        people_actions.merge_persons(by=by, first=first.person, second=second.person, reason=reason)
    survivor, absorbed = _locked(first, second)
    with case_change(by, survivor) as kept:
        merge = CaseMerge(survivor=kept, absorbed=absorbed, by_id=by.user_id, reason=reason)
        merge.filled, merge.moved = _fill(kept, absorbed), _move(absorbed.pk, kept.pk)
        kept.episode = min(kept.episode, absorbed.episode)
        merge.save()
        CaseRecord.objects.filter(pk=absorbed.pk).update(merged_into=kept, updated_at=current_time.now())
    detail = {"merge": merge.pk, "absorbed": absorbed.reference}
    audit.record(by=by, action="epidemic.cases-merged", subject=f"case-record:{kept.reference}", detail=detail)
    return merge


@action
def unmerge_case(*, by: Actor, merge: CaseMerge, reason: str) -> CaseMerge:
    """Undo a merge: rows return to the record for which they were made, and filled fields that nobody changed empty.

    The persons stay merged; `people.actions.unmerge_person` separates them, and then their records too.

    Raises:
        NotAllowed: unless the survivor is open to the actor for their work.
        ActionRefused: without a reason, or if it was undone before.
    """
    require_may_change(by, merge.survivor)
    return _undo(by, merge, action_helpers.require_reason(reason))


@action
def separate_cases(*, by: Actor, person_ids: Iterable[int]) -> int:
    """Undo merges of records that are of different persons now, after an unmerge of persons. Return their number.

    Raises:
        NotAllowed: unless the actor is the system.
    """
    action_helpers.require_self(by, None)
    merges = CaseMerge.objects.filter(undone_at=None, absorbed__person__in=list(person_ids))
    apart = [each for each in merges.select_related("survivor", "absorbed") if _is_apart(each)]
    for merge in apart:
        _undo(by, merge, _("The persons were separated."))
    return len(apart)


def _is_apart(merge: CaseMerge) -> bool:
    return merge.survivor.person_id != merge.absorbed.person_id


def _undo(by: Actor, merge: CaseMerge, reason: str) -> CaseMerge:
    merge = CaseMerge.objects.select_for_update(of=("self",)).select_related("survivor", "absorbed").get(pk=merge.pk)
    if merge.undone_at:
        raise ActionRefused(_("This merge was undone before."))
    merge.undone_at, merge.undone_by_id, merge.undone_because = current_time.now(), by.user_id, reason
    merge.save(update_fields=["undone_at", "undone_by", "undone_because"])
    CaseRecord.objects.filter(pk=merge.absorbed_id).update(merged_into=None)
    with case_change(by, merge.survivor) as kept, case_change(by, merge.absorbed):
        for name, keys in merge.moved.items():
            case_references.case_references.get(name).move(kept.pk, merge.absorbed_id, keys)
        if _is_apart(merge):
            LabTest.objects.filter(case=kept, person=merge.absorbed.person_id).update(case=merge.absorbed_id)
        _empty(kept, merge.filled)
    detail = {"merge": merge.pk, "absorbed": merge.absorbed.reference}
    audit.record(by=by, action="epidemic.cases-separated", subject=f"case-record:{kept.reference}", detail=detail)
    return merge


def _locked(first: CaseRecord, second: CaseRecord) -> tuple[CaseRecord, CaseRecord]:
    """Lock two records and return them, the one that was reported first before the other."""
    records = CaseRecord.objects.select_for_update(of=("self",)).filter(pk__in=[first.pk, second.pk]).order_by("pk")
    if len(records) != 2:
        raise ActionRefused(_("Choose two records."))
    if any(each.merged_into_id for each in records):
        raise ActionRefused(_("One of the two records was merged into another one already."))
    survivor, absorbed = sorted(records, key=lambda each: (each.reported_on, each.pk))
    if survivor.disease != absorbed.disease:
        raise ActionRefused(_("The two records are of different diseases. They stay apart."))
    return survivor, absorbed


def _fill(kept: CaseRecord, absorbed: CaseRecord) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for names in FILLED:
        if not any(_has(kept, name) for name in names):
            for name in filter(lambda name: _has(absorbed, name), names):
                filled[name] = plain(getattr(absorbed, name))
                setattr(kept, name, getattr(absorbed, name))
    filled["symptoms"] = sorted(set(absorbed.symptoms) - set(kept.symptoms))
    kept.symptoms = sorted({*kept.symptoms, *absorbed.symptoms})
    filled["episode"] = kept.episode
    return filled


def _has(case: CaseRecord, name: str) -> bool:
    return getattr(case, name) not in ("", None)


def _empty(kept: CaseRecord, filled: dict[str, Any]) -> None:
    for names in FILLED:
        for name in names:
            if name in filled and plain(getattr(kept, name)) == filled[name]:
                setattr(kept, name, None if name in NULLABLE else "")
    kept.symptoms = sorted(set(kept.symptoms) - set(filled["symptoms"]))
    kept.episode = filled["episode"]


def _move(source: int, target: int) -> dict[str, list[int]]:
    moved = {name: each.move(source, target) for name, each in case_references.case_references.items()}
    return {name: keys for name, keys in moved.items() if keys}
