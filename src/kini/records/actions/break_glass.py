"""Actions on emergency access: open a record for an hour or so, and judge it afterwards."""

from datetime import timedelta

from django.db.models import Model
from django.utils.translation import gettext as _

from kini.core import attempt_limits, audit, current_time, events, security_log
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.core.attempt_limits import Limit
from kini.core.grants import Scope
from kini.people import queries as people_queries
from kini.people.models import Officer
from kini.people.public import access_purposes, action_helpers, household_of
from kini.people.rules import may
from kini.records.access import officer_access
from kini.records.events import GlassBroken
from kini.records.models import BreakGlass
from kini.records.permissions import RecordPermission
from kini.records.policies import policy_of
from kini.records.rules import door_to, may_break_glass

#: Type of the entry in the person's access log.
ACCESS_TYPE = "break-glass"


@action
def break_glass(*, by: Actor, record: Model, reason: str, note: str) -> BreakGlass:
    """Open a record for a limited time. The person reads it in their access log; the heads are told and judge it.

    Args:
        reason: id of a reason of the pack (access.yaml).
        note: what happened, in the officer's words; the person reads it.

    Raises:
        NotAllowed: without the permission, or for a record of the officer's household.
        ActionRefused: without a reason, when the record is open anyway, or above the limit of a day.
    """
    policy, limits = policy_of(type(record)), access_purposes.break_glass_limits()
    officer, access, facts = people_queries.officer_of(by), officer_access(by, policy), policy.facts(record)
    if officer is None or not may_break_glass(by, policy.doors):
        raise NotAllowed(_("Your role does not include emergency access. Call a colleague who may."))
    if facts.subject is not None and facts.subject in access.household:
        raise NotAllowed(_("This is about you or your family. A colleague works on it."))
    if door_to(facts, access, policy.doors):
        raise ActionRefused(_("You can open this record already, without an emergency."))
    if reason not in access_purposes.emergency_reasons():
        raise ActionRefused(_("Choose the reason of the emergency."))
    note = action_helpers.require_reason(note)
    attempt_limits.consume(Limit("records.break-glass-day", limits.per_day, 24 * 3600), str(by.user_id))
    now, number = current_time.now(), policy.number(record)
    opened = BreakGlass.objects.create(
        officer=officer,
        officer_agency=officer.agency,
        record_type=policy.name,
        record_id=facts.key,
        number=number,
        subject_id=policy.resident_id(record),
        agency_id=facts.scope.agency or None,
        area_path=facts.scope.area_path,
        service=facts.scope.service,
        reason=reason,
        note=note,
        opened_at=now,
        until=now + timedelta(minutes=limits.minutes),
    )
    read = policy.data_read(record)
    subject = opened.subject
    action_helpers.store_look(by, officer, subject, ACCESS_TYPE, note, read.reference, reason, read.object_id)
    audit.record(
        by=by, action="records.glass-broken", subject=f"{policy.name}:{facts.key}", detail={"access": opened.pk}
    )
    events.publish(GlassBroken(opened.pk))
    security_log.report("glass-broken", policy=policy.name, officer=officer.pk)
    return opened


@action
def review_break_glass(*, by: Actor, access: BreakGlass, verdict: str, note: str = "") -> BreakGlass:
    """Judge an emergency access of somebody else, once.

    Raises:
        NotAllowed: without the permission over the record or the officer, or for one's own access.
        ActionRefused: without a verdict, or when it was judged already; an unjustified one needs a note.
    """
    access = BreakGlass.objects.select_for_update(of=("self",)).select_related("officer").get(pk=access.pk)
    reviewer = people_queries.officer_of(by)
    if reviewer is None or not _may_review(by, access):
        raise NotAllowed(_("Your role does not include this. Ask the person who manages roles at your agency."))
    if _is_involved(by, access):
        raise NotAllowed(_("This access is your own, or about your family. Somebody else judges it."))
    if access.reviewed_at:
        raise ActionRefused(_("This access was judged already."))
    if verdict not in BreakGlass.VERDICTS:
        raise ActionRefused(_("Choose whether the access was justified."))
    if verdict == "unjustified" or note.strip():
        note = action_helpers.require_reason(note)
    access.reviewer, access.verdict, access.review_note = reviewer, verdict, note.strip()
    access.reviewed_at = current_time.now()
    access.save(update_fields=["reviewer", "verdict", "review_note", "reviewed_at"])
    detail = {"access": access.pk, "verdict": verdict}
    subject = f"{access.record_type}:{access.record_id}"
    audit.record(by=by, action="records.glass-reviewed", subject=subject, detail=detail)
    return access


def _may_review(by: Actor, access: BreakGlass) -> bool:
    review = RecordPermission.REVIEW_BREAK_GLASS
    record = Scope(access.agency_id or "", access.area_path, access.service)
    return may(by, review, record) or may(by, review, Scope(access.officer_agency_id))


def _is_involved(by: Actor, access: BreakGlass) -> bool:
    """Return True if the access was made by, or is about, the person behind an account or their household."""
    household = household_of(by.user_id)
    opener: Officer = access.officer
    return opener.user_id in {by.user_id, *household.accounts} or access.subject_id in household.residents
