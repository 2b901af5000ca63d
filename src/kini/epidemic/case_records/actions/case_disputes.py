"""Actions on disputes: the person concerned says that a record is wrong, an officer decides."""

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.epidemic.case_records.models import CaseDispute, CaseRecord
from kini.epidemic.case_records.record_access import require_may_change
from kini.people import queries as people_queries
from kini.people.models import Resident
from kini.people.public import action_helpers

LONGEST_WORDS = 2000


@action
def dispute_case(*, by: Actor, case: CaseRecord, resident: Resident, words: str) -> CaseDispute:
    """Dispute a record about oneself, or about a family member without an account.

    Raises:
        NotAllowed: if the record is about somebody else.
        ActionRefused: without words, or while an earlier dispute waits.
    """
    action_helpers.require_self(by, resident.user_id)
    if case.person_id not in people_queries.own_person_ids(resident):
        raise NotAllowed(_("This record is not about you."))
    words = words.strip()[:LONGEST_WORDS]
    if not words:
        raise ActionRefused(_("Write what is wrong, and what would be right."))
    dispute = CaseDispute(case=case, filed_by_id=by.user_id, words=words)
    action_helpers.create_once(dispute.save, _("Your earlier message about this record is being checked."))
    audit.record(
        by=by,
        action="epidemic.case-disputed",
        subject=f"case-record:{case.reference}",
        detail={"dispute": dispute.pk},
    )
    return dispute


@action
def decide_dispute(*, by: Actor, dispute: CaseDispute, decision: str, answer: str) -> CaseDispute:
    """Decide on a dispute, with an answer that the person reads. A correction itself is `correct_case`.

    Raises:
        NotAllowed: unless the record is open to the actor for their work.
        ActionRefused: without a decision or an answer, or if it was decided before.
    """
    require_may_change(by, dispute.case)
    dispute = CaseDispute.objects.select_for_update(of=("self",)).select_related("case").get(pk=dispute.pk)
    if dispute.decision:
        raise ActionRefused(_("This was decided already."))
    if decision not in CaseDispute.DECISIONS:
        raise ActionRefused(_("Choose whether the record was corrected or stays as it is."))
    dispute.decision, dispute.answer = decision, action_helpers.require_reason(answer)
    dispute.decided_at, dispute.decided_by_id = current_time.now(), by.user_id
    dispute.save(update_fields=["decision", "answer", "decided_at", "decided_by"])
    subject = f"case-record:{dispute.case.reference}"
    audit.record(
        by=by,
        action="epidemic.dispute-decided",
        subject=subject,
        detail={"dispute": dispute.pk, "decision": decision},
    )
    return dispute
