"""Maintenance of cases and drafts: timed transitions, expiry, key rotation, profile merges, search index."""

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from kini.cases import case_answers, rules, search_index, timeline
from kini.cases.actions.moves import move
from kini.cases.locking import lock_case, lock_draft
from kini.cases.models import Case, Draft
from kini.city.public import pack
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.core.crypto import decrypt, encrypt, needs_rotation
from kini.people.models import Resident
from kini.services import queries as service_queries
from kini.services.public import snapshot_of

#: Cases indexed, and encrypted, in one transaction.
INDEX_BATCH = 1000
ENCRYPT_BATCH = 200


@action
def take_due_edge(*, by: Actor, case: Case) -> Case:
    """Take the timed transition (`after`) if the case has been in its state long enough.

    Raises:
        NotAllowed: when anybody but the program asks.
        ActionRefused: when it is not time yet.
    """
    _only_the_program(by)
    case = lock_case(case)
    after = snapshot_of(case.version).flow.states[case.state].after
    if not after or pack.current().calendar.add(case.state_since, "days", after.days) > current_time.now():
        raise ActionRefused(_("It is not time for this step yet."))
    return move(by=by, case=case, move=rules.AFTER)


@action
def delete_expired_drafts(*, by: Actor) -> int:
    """Delete expired drafts with unsubmitted files, except those of open cases; return their number.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    _only_the_program(by)
    over = Q(case__isnull=True) | Q(case__closed_at__isnull=False)
    drafts = list(
        Draft.objects.select_for_update(of=("self",), skip_locked=True).filter(over, expires_at__lte=current_time.now())
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
def encrypt_sensitive_answers(*, by: Actor) -> int:
    """Encrypt all answers of drafts and cases older than their service's sensitive flag; return their number.

    At most ENCRYPT_BATCH per transaction: the caller repeats it until nothing is left.

    Raises:
        NotAllowed: when anybody but the program asks.
    """
    _only_the_program(by)
    services = service_queries.sensitive_service_ids()
    plain = Q(version__service__in=services) & ~Q(answers={})
    drafts = list(Draft.objects.filter(plain).values_list("pk", flat=True)[:ENCRYPT_BATCH])
    placed = Q(service__in=services, latitude__isnull=False)
    cases = list(Case.objects.filter(plain | placed).values_list("pk", flat=True)[:ENCRYPT_BATCH])
    for pk in drafts:
        draft = lock_draft(Draft(pk=pk))
        case_answers.assign_to_draft(draft, snapshot_of(draft.version), case_answers.of_draft(draft), whole=True)
        draft.save(update_fields=["answers", "sealed"])
    for case in cases:
        _seal_case(by, lock_case(Case(pk=case)))
    count = len(drafts) + len(cases)
    if count:
        audit.record(by=by, action="cases.sealed", subject="cases", detail={"count": count})
    return count


def _seal_case(by: Actor, case: Case) -> None:
    case_answers.assign_to_case(case, snapshot_of(case.version), case_answers.of_case(case), whole=True)
    case.latitude = case.longitude = None
    timeline.append(case, by=by, sort="resealed", public=False, changed=["answers", "holder"])


@action
def transfer_to_profile(*, by: Actor, gone: int, kept: int) -> int:
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
    cases = list(waiting.defer("version__content")[:INDEX_BATCH])
    for case in cases:
        Case.objects.filter(pk=case.pk).update(search=search_index.search_vector(case))
    if cases:
        audit.record(by=by, action="cases.indexed", subject="cases", detail={"count": len(cases)})
    return len(cases)


def _reseal_draft(pk: UUID) -> bool:
    draft = Draft.objects.select_for_update().get(pk=pk)
    if draft.sealed is None or not needs_rotation(draft.sealed):
        return False
    draft.sealed = _resealed(draft.sealed, case_answers.draft_context(draft))
    draft.save(update_fields=["sealed"])
    return True


def _reseal_case(by: Actor, pk: int) -> bool:
    case = lock_case(Case(pk=pk))
    if case.sealed is None or not needs_rotation(case.sealed):
        return False
    case.sealed = _resealed(case.sealed, case_answers.case_context(case))
    timeline.append(case, by=by, sort="resealed", public=False, changed=["answers"])
    return True


def _resealed(sealed: bytes | memoryview, context: str) -> bytes:
    return encrypt(decrypt(sealed, context), context)


def _only_the_program(by: Actor) -> None:
    require_system(by)
