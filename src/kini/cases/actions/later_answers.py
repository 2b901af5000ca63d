"""Answers that a resident adds to a sent call for help."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kini.cases import access, case_answers, corrections, rules, timeline
from kini.cases.locking import lock_case
from kini.cases.models import Case
from kini.core import audit
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.services.public import questions, snapshot_of


@action
def add_later_answers(*, by: Actor, case: Case, values: Mapping[str, Any], guest_key: str = "") -> Case:
    """Add answers to questions that are asked after sending. What was answered before stays.

    Args:
        values: valid values by field (services.questions.parse_page); None is no answer.

    Raises:
        NotAllowed: when the case is not the actor's own.
        ActionRefused: when the case is closed, or a question is not open.
    """
    case = lock_case(case)
    if rules.RESIDENT not in access.case_roles(by, case, guest_key):
        raise NotAllowed(_("This belongs to somebody else. Sign in as the person who started it."))
    if case.closed_at:
        raise ActionRefused(_("This case has ended. Nothing can be added."))
    snapshot, answers = snapshot_of(case.version), case_answers.of_case(case)
    if unknown := values.keys() - questions.later_fields(snapshot, answers).keys():
        raise ActionRefused(_("This page does not ask for “%(name)s”.") % {"name": sorted(unknown)[0]})
    added = {name: value for name, value in values.items() if value is not None}
    if not added:
        return case
    case_answers.assign_to_case(case, snapshot, {**answers, **added})
    corrections.reset_draft(case, snapshot)
    timeline.append(case, by=by, sort="added", data={"names": sorted(added)}, changed=["answers"])
    detail = {"names": sorted(added)}
    audit.record(by=by, action="cases.answers-added", subject=f"case:{case.reference}", detail=detail)
    return case
