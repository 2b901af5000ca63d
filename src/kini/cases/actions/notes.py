"""Internal notes on a case and the mentions in them."""

from django.db.models import Q
from django.utils.translation import gettext as _

from kini.cases import access, rules, timeline
from kini.cases.events import OfficersMentioned
from kini.cases.locking import lock_case
from kini.cases.models import Case, Mention
from kini.cases.permissions import CasePermission
from kini.cases.transition_inputs import require_text
from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import Actor
from kini.people import queries as people_queries


@action
def add_note(*, by: Actor, case: Case, text: str) -> Case:
    """Add an internal note, which residents never see, and notify the colleagues it mentions ("@Name").

    Raises:
        NotAllowed: without the permission, or when the case is their own.
        ActionRefused: when there is no text, or too much.
    """
    case = lock_case(case)
    access.require_at_desk(by, CasePermission.NOTE, case)
    text = require_text(text, _("Write the note."))
    mentioned = _mentioned_officers(by, case, text)
    entry = timeline.append(case, by=by, sort="noted", public=False, data={"text": text})
    audit.record(by=by, action="cases.noted", subject=f"case:{case.reference}", detail={"mentions": mentioned})
    if mentioned:
        Mention.objects.bulk_create(Mention(entry=entry, officer_id=pk) for pk in mentioned)
        events.publish(OfficersMentioned(case.reference, entry.number, mentioned))
    return case


def _mentioned_officers(by: Actor, case: Case, text: str) -> list[int]:
    """Ids of the mentioned colleagues who may see the case, without the author."""
    if "@" not in text:
        return []
    colleagues = people_queries.officers_with_permission(access.scope_of(case), CasePermission.SEE_CASES)
    named = rules.find_mentions(text, {officer.pk: officer.name for officer in colleagues})
    others = (officer for officer in colleagues if officer.pk in named and officer.user_id != by.user_id)
    return [officer.pk for officer in others if access.may_hold(officer, case)]


@action
def mark_mentions_read(*, by: Actor, case: Case) -> int:
    """Mark the officer's mentions in the case as read; return how many were unread."""
    unread = Mention.objects.filter(Q(officer__user_id=by.user_id), entry__case=case, read_at__isnull=True)
    count = unread.update(read_at=current_time.now())
    if count:
        audit.record(by=by, action="cases.mentions-read", subject=f"case:{case.reference}", detail={"count": count})
    return count
