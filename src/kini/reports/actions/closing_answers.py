"""Writes of closing: the reporter's answer, re-opening to somebody else, and audits by somebody independent."""

from django.utils.translation import gettext as _

from kini.cases import actions as cases
from kini.cases.models import Case
from kini.cases.public import access, lock_case
from kini.cases.rules import RESIDENT
from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, system
from kini.reports.models import Audit, ClosingAnswer
from kini.reports.permissions import ReportPermission
from kini.reports.rules import dispute_edge, has_worked_on
from kini.services.public import snapshot_of

LONGEST_NOTE = 2000


@action
def answer_closing(*, by: Actor, case: Case, answer: str, reason: str = "", guest_key: str = "") -> Case:
    """Store the reporter's answer to "is it solved?".

    The first "not solved" re-opens the report; the next one goes to an auditor.

    Raises:
        NotAllowed: the report is somebody else's.
        ActionRefused: it is not said to be solved, was answered already, or "not solved" has no reason.
    """
    case = lock_case(case)
    if RESIDENT not in access.case_roles(by, case, guest_key):
        raise NotAllowed(_("Only the person who reported this can answer."))
    if case.closed_at is None or case.outcome != "solved":
        raise ActionRefused(_("This report is not said to be solved."))
    if answer not in (ClosingAnswer.SOLVED, ClosingAnswer.NOT_SOLVED, ClosingAnswer.CANNOT_TELL):
        raise ActionRefused(_("Choose one of the three answers."))
    if ClosingAnswer.objects.filter(case=case, closed_at=case.closed_at).exists():
        raise ActionRefused(_("You have answered already."))
    reason = reason.strip()[:LONGEST_NOTE]
    if answer == ClosingAnswer.NOT_SOLVED and not reason:
        raise ActionRefused(_("Say what is left to do."))
    disputed = ClosingAnswer.objects.filter(case=case, answer=ClosingAnswer.NOT_SOLVED).exists()
    ClosingAnswer.objects.create(case=case, closed_at=case.closed_at, answer=answer)
    audit.record(by=by, action="reports.answered", subject=f"case:{case.reference}", detail={"answer": answer})
    if answer != ClosingAnswer.NOT_SOLVED:
        return case
    edge = dispute_edge(snapshot_of(case.version).flow, case.state)
    if disputed or edge is None:
        Audit.objects.create(case=case, closed_at=case.closed_at, cause=Audit.DISPUTED, claim=reason)
        return case
    values = dict.fromkeys(edge.needs, reason)
    return cases.move(by=by, case=case, move=edge.move, values=values, guest_key=guest_key)


@action
def dispute_by_step(*, by: Actor, case: Case) -> None:
    """Count the flow's own step of the reporter as their first "not solved"; it is taken by the caller.

    Raises:
        ActionRefused: this closing was answered otherwise, or an earlier one was disputed, so that an auditor looks.
    """
    closed_at = case.closed_at
    if closed_at is None:
        raise ActionRefused(_("This report is not said to be solved."))
    answers = dict(ClosingAnswer.objects.filter(case=case).values_list("closed_at", "answer"))
    disputed = [at for at, answer in answers.items() if answer == ClosingAnswer.NOT_SOLVED]
    if disputed == [closed_at]:
        return
    if disputed:
        raise ActionRefused(_("Answer the question “Is it solved?”: now somebody independent looks at the place."))
    if closed_at in answers:
        raise ActionRefused(_("You have answered already."))
    ClosingAnswer.objects.create(case=case, closed_at=closed_at, answer=ClosingAnswer.NOT_SOLVED)
    detail = {"answer": ClosingAnswer.NOT_SOLVED}
    audit.record(by=by, action="reports.answered", subject=f"case:{case.reference}", detail=detail)


@action
def record_audit(*, by: Actor, audited: Audit, failed: bool, note: str) -> Audit:
    """Store the finding of an auditor. A failed audit re-opens the report, where its flow lets the program do so.

    Raises:
        NotAllowed: without the permission, or the auditor has worked on the report.
        ActionRefused: it was audited already, or the note is missing.
    """
    audited = Audit.objects.select_for_update().get(pk=audited.pk)
    case = lock_case(Case(pk=audited.case_id))
    access.require_at_desk(by, ReportPermission.AUDIT, case)
    if by.user_id is None or has_worked_on(case.timeline.all(), by.user_id):
        raise NotAllowed(_("You have worked on this report. Somebody else must audit it."))
    if audited.result != Audit.PENDING:
        raise ActionRefused(_("This report has been audited already."))
    if not note.strip():
        raise ActionRefused(_("Write what you found at the place."))
    audited.result = Audit.FAILED if failed else Audit.PASSED
    audited.by_id, audited.at, audited.note = by.user_id, current_time.now(), note.strip()[:LONGEST_NOTE]
    audited.save(update_fields=["result", "by", "at", "note"])
    detail = {"result": audited.result}
    audit.record(by=by, action="reports.audited", subject=f"case:{case.reference}", detail=detail)
    edge = dispute_edge(snapshot_of(case.version).flow, case.state, by_program=True)
    if failed and edge and case.closed_at == audited.closed_at:
        cases.move(by=system("reports audit"), case=case, move=edge.move, values={"message": audited.note})
    return audited
