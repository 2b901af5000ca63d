"""Officers' actions besides moves: assign, transfer, note, presence, reveal hidden data."""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kini.cases import access, case_answers, read_log, rules, timeline
from kini.cases.events import OfficersMentioned
from kini.cases.locking import lock_case
from kini.cases.models import Case, Mention, Presence
from kini.cases.permissions import CasePermission
from kini.cases.transition_inputs import clean_form_text
from kini.city import queries as city_queries
from kini.city.models import Agency, Unit
from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people import actions as people_actions
from kini.people import queries as people_queries
from kini.people.models import Officer
from kini.people.public import PeoplePermission, profile_values
from kini.people.rules import may
from kini.services.public import kinds, snapshot_of

#: Lifetime of a presence in seconds. Pages renew it three times as often.
PRESENCE_SECONDS = 60


@action
def assign(*, by: Actor, case: Case, officer: Officer | None) -> Case:
    """Assign a case to an officer who may see it, or (None) to nobody. Assigning to oneself only needs permission to
    act.

    Raises:
        NotAllowed: without the permission, or when the case is their own.
        ActionRefused: when the case has ended, or the officer does not see such cases.
    """
    case = lock_case(case)
    scope = access.scope_of(case)
    oneself = officer is not None and officer.user_id == by.user_id
    needed = CasePermission.ACT if oneself and may(by, CasePermission.ACT, scope) else CasePermission.ASSIGN
    access.require_at_desk(by, needed, case)
    _still_open(case)
    if officer and not _may_hold(officer, case):
        raise ActionRefused(
            _("%(name)s has no access to cases like this one. Choose somebody else.") % {"name": officer.name}
        )
    case.assignee = officer
    data = {"officer": officer.pk if officer else None, "name": officer.name if officer else ""}
    timeline.append(case, by=by, sort="assigned", public=False, data=data, changed=["holder"])
    audit.record(by=by, action="cases.assigned", subject=f"case:{case.reference}", detail=data)
    return case


@action
def transfer(*, by: Actor, case: Case, agency: Agency, reason: str) -> Case:
    """Transfer a case to another agency, which continues with the same step. The resident reads the reason.

    Raises:
        NotAllowed: without the permission, or when the case is their own.
        ActionRefused: when the case has ended, stays where it is, or no reason is given.
    """
    case = lock_case(case)
    access.require_at_desk(by, CasePermission.TRANSFER, case)
    _still_open(case)
    reason = _text(reason, _("Write why you transfer it. The resident will read it."))
    if agency.pk == case.agency_id or not agency.active:
        raise ActionRefused(_("Choose another agency."))
    before = case.agency_id
    case.agency, case.assignee = agency, None
    case.unit = city_queries.unit_for(agency.pk, case.area)
    data = {"from": before, "agency": agency.pk, "agency_name": agency.name, "given": {"reason": reason}}
    timeline.append(case, by=by, sort="transferred", data=data, changed=["holder"])
    detail = {"from": before, "to": agency.pk}
    audit.record(by=by, action="cases.transferred", subject=f"case:{case.reference}", detail=detail)
    return case


@action
def assign_unit(*, by: Actor, case: Case, unit: Unit, new: bool = False) -> Case:
    """Assign a case to a unit of its agency; the resident reads which one.

    Args:
        new: the case was opened in this very transaction, so that nobody else can have changed it.

    Raises:
        NotAllowed: without the permission to assign, or when the case is their own.
        ActionRefused: when the unit belongs to another agency.
    """
    case = case if new else lock_case(case)
    access.require_at_desk(by, CasePermission.ASSIGN, case)
    if unit.agency_id != case.agency_id:
        raise ActionRefused(_("This unit belongs to another agency."))
    case.unit = unit
    data = {"unit": unit.pk, "unit_name": unit.name}
    timeline.append(case, by=by, sort="sent", data=data, changed=["holder"])
    audit.record(by=by, action="cases.unit-sent", subject=f"case:{case.reference}", detail={"unit": unit.pk})
    return case


@action
def add_note(*, by: Actor, case: Case, text: str) -> Case:
    """Add an internal note, which residents never see, and notify the colleagues it mentions ("@Name").

    Raises:
        NotAllowed: without the permission, or when the case is their own.
        ActionRefused: when there is no text, or too much.
    """
    case = lock_case(case)
    access.require_at_desk(by, CasePermission.NOTE, case)
    text = _text(text, _("Write the note."))
    meant = _meant(by, case, text)
    entry = timeline.append(case, by=by, sort="noted", public=False, data={"text": text})
    audit.record(by=by, action="cases.noted", subject=f"case:{case.reference}", detail={"mentions": meant})
    if meant:
        Mention.objects.bulk_create(Mention(entry=entry, officer_id=pk) for pk in meant)
        events.publish(OfficersMentioned(case.reference, entry.number, meant))
    return case


def _meant(by: Actor, case: Case, text: str) -> list[int]:
    """Ids of the mentioned colleagues who may see the case, without the author."""
    if "@" not in text:
        return []
    colleagues = people_queries.officers_with_permission(access.scope_of(case), CasePermission.SEE_CASES)
    named = rules.find_mentions(text, {officer.pk: officer.name for officer in colleagues})
    others = (officer for officer in colleagues if officer.pk in named and officer.user_id != by.user_id)
    return [officer.pk for officer in others if _may_hold(officer, case)]


@action
def mark_mentions_read(*, by: Actor, case: Case) -> int:
    """Mark the officer's mentions in the case as read; return how many were unread."""
    unread = Mention.objects.filter(Q(officer__user_id=by.user_id), entry__case=case, read_at__isnull=True)
    count = unread.update(read_at=current_time.now())
    if count:
        audit.record(by=by, action="cases.mentions-read", subject=f"case:{case.reference}", detail={"count": count})
    return count


@action
def open_at_desk(*, by: Actor, case: Case) -> None:
    """Log the read, record presence and mark mentions as read, in one transaction.

    Raises:
        NotAllowed: as `be_present`.
    """
    read_log.log_case(by, case)
    record_presence(by=by, case=case)
    mark_mentions_read(by=by, case=case)


@action
def record_presence(*, by: Actor, case: Case) -> None:
    """Record for PRESENCE_SECONDS that the officer has the case open.

    Too short-lived for an audit entry.

    Raises:
        NotAllowed: when they do not see the case, or are no working officer.
    """
    access.require_at_desk(by, CasePermission.SEE_CASES, case)
    officer = people_queries.officer_of(by)
    if officer is None:
        raise NotAllowed(_("Only officers work on cases."))
    until = current_time.now() + timedelta(seconds=PRESENCE_SECONDS)
    row = Presence(case=case, officer=officer, until=until)
    Presence.objects.bulk_create(
        [row], update_conflicts=True, update_fields=["until"], unique_fields=["case", "officer"]
    )


@action
def reveal(*, by: Actor, case: Case, what: str, reason: str, purpose: str) -> dict[str, Any]:
    """Return hidden data in the clear, after logging it where the resident can read it.

    Args:
        what: "answers" (hidden answers by field name) or "identity" (the resident's profile by attribute).
        purpose: one of the list (people.purposes.choices).

    Raises:
        NotAllowed: without the permission to see identities, or when the case is their own.
        ActionRefused: without a purpose or an acceptable reason, or after too many looks.
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


def _may_hold(officer: Officer, case: Case) -> bool:
    """Return True if the officer may see the case and has no conflict of interest."""
    holder = people_queries.officer_actor(officer)
    return may(holder, CasePermission.SEE_CASES, access.scope_of(case)) and not access.has_conflict_of_interest(
        holder, case
    )


def _still_open(case: Case) -> None:
    if case.closed_at:
        raise ActionRefused(_("This case has ended."))


def _text(text: str, missing: str) -> str:
    text = clean_form_text(text)
    if not text:
        raise ActionRefused(missing)
    return text
