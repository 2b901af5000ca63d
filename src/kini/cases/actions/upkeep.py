"""Maintenance of cases and drafts: timed transitions, expiry, key rotation, profile merges, search index."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from kini.cases import answers, rules, searching, timeline
from kini.cases.actions.moves import move
from kini.cases.holding import lock, lock_draft
from kini.cases.models import Case, Draft
from kini.city import pack
from kini.core import audit, moments
from kini.core.actions import action
from kini.core.actors import Actor, ActorKind, NotAllowed, Refused
from kini.core.crypto import needs_rotation, seal, unseal
from kini.people.models import Resident
from kini.services import queries as service_queries
from kini.services.versions import resolve

#: Cases indexed, and encrypted, in one transaction.
MOST_INDEXED = 1000
MOST_SEALED = 200


@action
def take_due_edge(*, by: Actor, case: Case) -> Case:
    """Take the timed transition (`after`) if the case has been in its state long enough.

    Raises:
        NotAllowed: when anybody but the program asks.
        Refused: when it is not time yet.
    """
    _only_the_program(by)
    case = lock(case)
    after = resolve(case.version).flow.states[case.state].after
    if not after or pack.current().calendar.add(case.state_since, "days", after.days) > moments.now():
        raise Refused(_("It is not time for this step yet."))
    return move(by=by, case=case, move=rules.AFTER)


@action
def clean_up_drafts(*, by: Actor) -> int:
    """Delete expired drafts with unsubmitted files, except those of open cases; return their number.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    _only_the_program(by)
    over = Q(case__isnull=True) | Q(case__closed_at__isnull=False)
    drafts = list(
        Draft.objects.select_for_update(of=("self",), skip_locked=True).filter(over, expires_at__lte=moments.now())
    )
    for draft in drafts:
        draft.documents.filter(case__isnull=True).delete()
        draft.delete()
    if drafts:
        audit.record(by=by, action="cases.drafts-cleaned", subject="drafts", detail={"count": len(drafts)})
    return len(drafts)


@action
def rotate_keys(*, by: Actor) -> int:
    """Re-encrypt sealed answers with the ring's first key; return the number of cases and drafts changed.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    _only_the_program(by)
    drafts = Draft.objects.filter(sealed__isnull=False).values_list("pk", flat=True)
    cases = Case.objects.filter(sealed__isnull=False).values_list("pk", flat=True)
    count = sum(_reseal_draft(pk) for pk in drafts.iterator())
    count += sum(_reseal_case(by, pk) for pk in cases.iterator())
    audit.record(by=by, action="cases.keys-rotated", subject="cases", detail={"count": count})
    return count


@action
def seal_sensitive(*, by: Actor) -> int:
    """Encrypt all answers of drafts and cases older than their service's sensitive flag; return their number.

    At most ENCRYPT_BATCH per transaction: the caller repeats it until nothing is left.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    _only_the_program(by)
    services = service_queries.sensitive()
    plain = Q(version__service__in=services) & ~Q(answers={})
    drafts = list(Draft.objects.filter(plain).values_list("pk", flat=True)[:MOST_SEALED])
    placed = Q(service__in=services, latitude__isnull=False)
    cases = list(Case.objects.filter(plain | placed).values_list("pk", flat=True)[:MOST_SEALED])
    for pk in drafts:
        draft = lock_draft(Draft(pk=pk))
        answers.put_in_draft(draft, resolve(draft.version), answers.of_draft(draft), whole=True)
        draft.save(update_fields=["answers", "sealed"])
    for case in cases:
        _seal_case(by, lock(Case(pk=case)))
    count = len(drafts) + len(cases)
    if count:
        audit.record(by=by, action="cases.sealed", subject="cases", detail={"count": count})
    return count


def _seal_case(by: Actor, case: Case) -> None:
    answers.put_in_case(case, resolve(case.version), answers.of_case(case), whole=True)
    case.latitude = case.longitude = None
    timeline.append(case, by=by, sort="resealed", public=False, changed=["answers", "holder"])


@action
def hand_over_cases(*, by: Actor, gone: int, kept: int) -> int:
    """Move cases and drafts of a merged profile (ids of residents) to the remaining one.

    Returns the number of cases; idempotent.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    _only_the_program(by)
    resident = Resident.objects.get(pk=kept)
    Draft.objects.filter(resident_id=gone).update(resident=resident)
    cases = list(Case.objects.select_for_update(of=("self",)).select_related("version").filter(resident_id=gone))
    for case in cases:
        case.resident = resident
        timeline.append(case, by=by, sort="joined", public=False, changed=["facts"])
        audit.record(by=by, action="cases.handed-over", subject=f"case:{case.reference}", detail={"from": gone})
    return len(cases)


@action
def index_cases(*, by: Actor) -> int:
    """Index cases that were not created by `submit`; return their number.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    _only_the_program(by)
    waiting = Case.objects.filter(search__isnull=True).select_related("version", "area").order_by("pk")
    cases = list(waiting.defer("version__content")[:MOST_INDEXED])
    for case in cases:
        Case.objects.filter(pk=case.pk).update(search=searching.vector(case))
    if cases:
        audit.record(by=by, action="cases.indexed", subject="cases", detail={"count": len(cases)})
    return len(cases)


def _reseal_draft(pk: UUID) -> bool:
    draft = Draft.objects.select_for_update().get(pk=pk)
    if draft.sealed is None or not needs_rotation(draft.sealed):
        return False
    draft.sealed = _resealed(draft.sealed, answers.draft_context(draft))
    draft.save(update_fields=["sealed"])
    return True


def _reseal_case(by: Actor, pk: int) -> bool:
    case = lock(Case(pk=pk))
    if case.sealed is None or not needs_rotation(case.sealed):
        return False
    case.sealed = _resealed(case.sealed, answers.case_context(case))
    timeline.append(case, by=by, sort="resealed", public=False, changed=["answers"])
    return True


def _resealed(sealed: bytes | memoryview, context: str) -> bytes:
    return seal(unseal(sealed, context), context)


def _only_the_program(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM:
        raise NotAllowed(_("Only the system can do this."))
