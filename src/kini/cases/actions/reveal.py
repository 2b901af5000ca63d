"""Reveal hidden data of a case to an officer."""

from typing import Any

from kini.cases import access, case_answers
from kini.cases.locking import lock_case
from kini.cases.models import Case
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import Actor
from kini.people import actions as people_actions
from kini.people.public import PeoplePermission, profile_values
from kini.services.public import kinds, snapshot_of


@action
def reveal(*, by: Actor, case: Case, what: str, reason: str, purpose: str) -> dict[str, Any]:
    """Return hidden data in the clear, after logging it where the resident can read it.

    Args:
        what: "answers" (hidden answers by field name) or "identity" (the resident's profile by attribute).
        purpose: one of the list (`people.access_purposes`).

    Raises:
        NotAllowed: without the permission to see identities, or when the case is their own.
        ActionRefused: without a purpose or an acceptable reason, or after too many reveals.
    """
    case = lock_case(case)
    access.require_at_desk(by, PeoplePermission.SEE_IDENTITY, case)
    entry = people_actions.log_look(
        by=by,
        resident=case.resident,
        what=what,
        reason=reason,
        purpose=purpose,
        reference=case.reference,
        scope=access.scope_of(case),
    )
    detail = {"what": what, "purpose": purpose, "reason": entry.reason}
    audit.record(by=by, action="cases.looked", subject=f"case:{case.reference}", detail=detail)
    if what == "answers":
        return case_answers.hidden_of_case(case, snapshot_of(case.version), private=kinds.get(case.kind).private)
    return profile_values.known_values(case.resident) if case.resident else {}
