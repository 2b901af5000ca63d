"""Access log entries for officers' reads of cases, drafts and documents. Reads of one's own cases are not logged."""

from collections.abc import Iterable

from kini.cases import access
from kini.cases.models import Attachment, Case, Draft
from kini.core.actors import Actor
from kini.people import actions as people_actions
from kini.people.models import Resident
from kini.people.public import AccessType, DataRead, access_purposes


def log_case(by: Actor, case: Case) -> None:
    """Log that an officer opens a case. The caller has checked that it is not their own."""
    _log(by, AccessType.CASE, [DataRead(case.resident_id, case.reference)], _purpose(by, case))


def log_case_unless_own(by: Actor, case: Case, guest_key: str = "") -> None:
    """Log the read, unless the case is the actor's own; for pages shared by residents and officers."""
    if by.is_officer and not access.is_own_case(by, case, guest_key):
        log_case(by, case)


def log_document(by: Actor, document: Attachment, guest_key: str = "") -> None:
    """Log that an officer opens a file of a case or draft, unless it is their own."""
    draft = document.draft
    case = document.case or (draft.case if draft else None)
    if not by.is_officer:
        return
    if case is None:
        if draft and _is_at_counter(draft):
            _log(
                by,
                AccessType.DOCUMENT,
                [DataRead(draft.resident_id, object_id=str(document.pk))],
                access_purposes.COUNTER,
            )
    elif not access.is_own_case(by, case, guest_key):
        _log(
            by, AccessType.DOCUMENT, [DataRead(case.resident_id, case.reference, str(document.pk))], _purpose(by, case)
        )


def log_queue(by: Actor, cases: Iterable[Case]) -> None:
    """Log that an officer reads the names of those whose cases a page of the queue lists."""
    reads = [DataRead(case.resident_id, case.reference) for case in cases if case.resident_id]
    _log(by, AccessType.QUEUE, reads, access_purposes.CASEWORK)


def log_person(by: Actor, resident: Resident) -> None:
    """Log that an officer at a counter reads a person's profile."""
    _log(by, AccessType.PERSON, [DataRead(resident.pk)], access_purposes.COUNTER)


def log_drafts(by: Actor, drafts: Iterable[Draft]) -> None:
    """Log that an officer at a counter reads the names of the people for whom the drafts are."""
    _log(
        by,
        AccessType.PERSON,
        [DataRead(draft.resident_id) for draft in drafts if _is_at_counter(draft)],
        access_purposes.COUNTER,
    )


def _is_at_counter(draft: Draft) -> bool:
    return draft.channel == "counter"


def _purpose(by: Actor, case: Case) -> str:
    helped = case.channel == "counter" and case.submitted_by_id == by.user_id
    return access_purposes.COUNTER if helped else access_purposes.CASEWORK


def _log(by: Actor, what: AccessType, reads: list[DataRead], purpose: str) -> None:
    people_actions.log_reads(by=by, what=what, reads=reads, purpose=purpose)
