"""What happens to cases and drafts by itself: time passes, drafts expire, keys change, profiles are joined."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Q

from kini.cases import answers, rules, timeline
from kini.cases.actions.moves import lock, move
from kini.cases.models import Case, Draft
from kini.city import pack
from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused
from kini.core.crypto import needs_rotation, seal, unseal
from kini.people.models import Resident
from kini.services.models import FlowEdge
from kini.services.versions import resolve

BATCH = 200


def take_due_edges(*, by: Actor) -> int:
    """Take every edge whose time has come, each in a transaction of its own. Says how many."""
    taken = 0
    for pk in list(_overdue_edges()):
        taken += _take_due_edge(by=by, pk=pk)
    return taken


def _overdue_edges() -> Iterator[int]:
    """Ids of cases that have stood in a state for as long as its `after` says."""
    now, calendar = moments.now(), pack.current().calendar
    edges = FlowEdge.objects.filter(move=rules.AFTER).select_related("version")
    for edge in edges:
        after = resolve(edge.version).flow.states[edge.state].after
        waiting = Case.objects.filter(version=edge.version, state=edge.state) if after else Case.objects.none()
        for pk, since in waiting.order_by("pk").values_list("pk", "state_since").iterator():
            if after and calendar.add(since, "days", after.days) <= now:
                yield pk


@action
def _take_due_edge(*, by: Actor, pk: int) -> bool:
    case = lock(Case(pk=pk))
    after = resolve(case.version).flow.states[case.state].after
    if not after or pack.current().calendar.add(case.state_since, "days", after.days) > moments.now():
        return False
    move(by=by, case=case, move=rules.AFTER)
    return True


@action
def clean_up_drafts(*, by: Actor) -> int:
    """Delete drafts that waited too long, and those of cases that have ended. Says how many."""
    _only_the_program(by)
    now = moments.now()
    gone = Draft.objects.filter(Q(case__isnull=True, expires_at__lte=now) | Q(case__closed_at__lte=now))
    count = 0
    for draft in gone.filter(expires_at__lte=now)[:BATCH]:
        draft.documents.filter(case__isnull=True).delete()
        draft.delete()
        count += 1
    if count:
        audit.record(by=by, action="cases.drafts-cleaned", subject="drafts", detail={"count": count})
    return count


def rotate_keys(*, by: Actor) -> int:
    """Seal anew what an older key sealed, each case and draft in a transaction of its own. Says how many."""
    _only_the_program(by)
    drafts = Draft.objects.filter(sealed__isnull=False).values_list("pk", flat=True)
    cases = Case.objects.filter(sealed__isnull=False).values_list("pk", flat=True)
    done = sum(_rotate_draft(Draft(pk=pk)) for pk in drafts.iterator())
    return done + sum(_rotate_case(by=by, pk=pk) for pk in cases.iterator())


@transaction.atomic
def _rotate_draft(draft: Draft) -> bool:
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    if draft.sealed is None or not needs_rotation(draft.sealed):
        return False
    draft.sealed = _resealed(draft.sealed, answers.draft_context(draft))
    draft.save(update_fields=["sealed"])
    return True


@action
def _rotate_case(*, by: Actor, pk: int) -> bool:
    case = lock(Case(pk=pk))
    if case.sealed is None or not needs_rotation(case.sealed):
        return False
    case.sealed = _resealed(case.sealed, answers.case_context(case))
    timeline.append(case, by=by, sort="resealed", public=False, changed=["answers"])
    audit.record(by=by, action="cases.resealed", subject=f"case:{case.reference}")
    return True


def _resealed(sealed: bytes | memoryview, context: str) -> bytes:
    return seal(unseal(sealed, context), context)


@action
def hand_over_cases(*, by: Actor, gone: int, kept: int) -> int:
    """Give the cases and drafts of an emptied profile to the one it was joined with. Says how many cases."""
    _only_the_program(by)
    resident = Resident.objects.get(pk=kept)
    Draft.objects.filter(resident_id=gone).update(resident=resident)
    cases = list(Case.objects.select_for_update(of=("self",)).select_related("version").filter(resident_id=gone))
    for case in cases:
        case.resident = resident
        timeline.append(case, by=by, sort="joined", public=False, changed=["facts"])
        audit.record(by=by, action="cases.handed-over", subject=f"case:{case.reference}", detail={"from": gone})
    return len(cases)


def _only_the_program(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed("This is done by the program alone.")
