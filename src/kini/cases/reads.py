"""Entries of the access log for what officers read of cases, drafts and documents; one's own leaves none."""

from collections.abc import Iterable

from kini.cases import access
from kini.cases.models import Case, Document, Draft
from kini.core.actors import Actor
from kini.people import actions as people_actions
from kini.people.access_log import Read, What
from kini.people.models import Resident
from kini.people.purposes import CASEWORK, COUNTER


def log_case(by: Actor, case: Case) -> None:
    """Log that an officer opens a case that is not their own."""
    _log(by, What.CASE, [Read(case.resident_id, case.reference)], _purpose(by, case))


def log_case_unless_own(by: Actor, case: Case, guest_key: str = "") -> None:
    """The same on pages that residents and officers share."""
    if by.is_officer and not access.is_theirs(by, case, guest_key):
        log_case(by, case)


def log_document(by: Actor, document: Document, guest_key: str = "") -> None:
    """Log that an officer opens a file of a case or of a draft that is not their own."""
    draft = document.draft
    case = document.case or (draft.case if draft else None)
    if not by.is_officer:
        return
    if case is None:
        if draft and _is_at_counter(draft):
            _log(by, What.DOCUMENT, [Read(draft.resident_id, object_id=str(document.pk))], COUNTER)
    elif not access.is_theirs(by, case, guest_key):
        _log(by, What.DOCUMENT, [Read(case.resident_id, case.reference, str(document.pk))], _purpose(by, case))


def log_person(by: Actor, resident: Resident) -> None:
    """Log that an officer has somebody's profile before them, at a counter."""
    _log(by, What.PERSON, [Read(resident.pk)], COUNTER)


def log_drafts(by: Actor, drafts: Iterable[Draft]) -> None:
    """Log whose names an officer reads on drafts for others, at a counter."""
    _log(by, What.PERSON, [Read(draft.resident_id) for draft in drafts if _is_at_counter(draft)], COUNTER)


def _is_at_counter(draft: Draft) -> bool:
    return draft.channel == "counter"


def _purpose(by: Actor, case: Case) -> str:
    helped = case.channel == "counter" and case.submitted_by_id == by.user_id
    return COUNTER if helped else CASEWORK


def _log(by: Actor, what: What, reads: list[Read], purpose: str) -> None:
    people_actions.log_reads(by=by, what=what, reads=reads, purpose=purpose)
