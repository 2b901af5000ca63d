"""Actions on entries of phones: each is recorded, or kept as a conflict that somebody decides on."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people.public import action_helpers
from kini.vaccination.doses.record_access import require_may_vaccinate
from kini.vaccination.sites.models import Site
from kini.vaccination.visits.actions.adverse_events import record_event
from kini.vaccination.visits.actions.visit_steps import end_visit, record_visit
from kini.vaccination.visits.entries import Entry, EventEntry, LeaveEntry, VisitEntry
from kini.vaccination.visits.models import PhoneConflict, Visit
from kini.vaccination.visits.refusals import INVALID, VisitRefused

ENTRY: TypeAdapter[VisitEntry | LeaveEntry | EventEntry] = TypeAdapter(Entry)


@action
def receive_entry(*, by: Actor, site: Site, uuid: str, sent: dict[str, Any]) -> PhoneConflict | None:
    """Record an entry of a phone; one that cannot be recorded is kept, and returned, until somebody decides.

    Args:
        uuid: of the entry; sent again, it changes nothing.

    Raises:
        NotAllowed: unless the actor vaccinates at the site.
    """
    require_may_vaccinate(by, site)
    if known := PhoneConflict.objects.filter(uuid=uuid).first():
        return known if not known.decision else None
    try:
        with transaction.atomic():
            _record(by, site, ENTRY.validate_python(sent), happened=False)
    except NotAllowed:
        raise
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        problem, code = f"{'.'.join(map(str, first['loc']))}: {first['msg']}", INVALID
    except ActionRefused as refusal:
        problem, code = str(refusal), refusal.code if isinstance(refusal, VisitRefused) else INVALID
    else:
        return None
    conflict, created = PhoneConflict.objects.get_or_create(
        uuid=uuid, defaults={"site": site, "entry": sent, "code": code, "problem": problem, "sent_by_id": by.user_id}
    )
    if created:
        detail = {"code": code, "site": site.pk}
        audit.record(by=by, action="vaccination.entry-kept", subject=f"phone-entry:{uuid}", detail=detail)
    return conflict


@action
def decide_conflict(
    *, by: Actor, conflict: PhoneConflict, decision: str, reason: str, lot: int | None = None
) -> PhoneConflict:
    """Record an entry as it happened, with another lot where the number was wrong; or discard it, with a reason.

    Raises:
        NotAllowed: unless the actor vaccinates at the site.
        ActionRefused: without a decision or reason, if it was decided, or if it still cannot be recorded.
    """
    require_may_vaccinate(by, conflict.site)
    conflict = PhoneConflict.objects.select_for_update(of=("self",)).select_related("site").get(pk=conflict.pk)
    if conflict.decision:
        raise ActionRefused(_("This was decided already."))
    if decision not in PhoneConflict.DECISIONS:
        raise ActionRefused(_("Choose whether the entry is recorded or discarded."))
    reason = reason.strip()[: action_helpers.LONGEST_REASON]
    if not reason:
        raise ActionRefused(_("Write the reason. The person concerned can read it."))
    if decision == "recorded":
        try:
            entry = ENTRY.validate_python(conflict.entry | ({"lot": lot} if lot else {}))
        except ValidationError:
            raise ActionRefused(_("This entry is not readable. Record the visit again, then discard it.")) from None
        if isinstance(entry, VisitEntry) and not entry.despite:
            entry = entry.model_copy(update={"despite": reason})
        _record(by, conflict.site, entry, happened=True)
    conflict.decision, conflict.reason = decision, reason
    conflict.decided_at, conflict.decided_by_id = current_time.now(), by.user_id
    conflict.save(update_fields=["decision", "reason", "decided_at", "decided_by"])
    detail = {"decision": decision}
    audit.record(by=by, action="vaccination.entry-decided", subject=f"phone-entry:{conflict.uuid}", detail=detail)
    return conflict


def _record(by: Actor, site: Site, entry: VisitEntry | LeaveEntry | EventEntry, *, happened: bool) -> None:
    match entry:
        case VisitEntry():
            record_visit(by=by, site=site, entry=entry, happened=happened)
        case EventEntry():
            record_event(by=by, site=site, entry=entry)
        case LeaveEntry():
            visit = Visit.objects.filter(site=site, uuid=entry.visit).first()
            visit = visit or Visit.objects.filter(site=site, dose__uuid=entry.visit).first()
            if visit is None:
                raise ActionRefused(_("Record the visit first; then that the person went."))
            end_visit(by=by, visit=visit, at=entry.at)
