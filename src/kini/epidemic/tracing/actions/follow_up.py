"""Actions on the follow-up of contacts: daily checks, red flags, end by rule, lost contacts."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, require_system
from kini.epidemic.diseases.disease_files import disease_of
from kini.epidemic.tracing.contact_changes import locked, require_open, require_words, save, subject_of
from kini.epidemic.tracing.events import RedFlagReported
from kini.epidemic.tracing.models import Contact, DailyCheck, FollowUp
from kini.web.formats import city_time, today


@action
def record_check(
    *,
    by: Actor,
    contact: Contact,
    channel: str,
    key: str,
    reached: bool = True,
    symptoms: Collection[str] = (),
    day: date | None = None,
    at: datetime | None = None,
    note: str = "",
) -> DailyCheck:
    """Record a daily check, or an attempt in vain, once by channel and key.

    One that arrives after the follow-up ended is kept and marked: nothing that a tracer noted without a net is lost.
    A red flag alerts the tracers at once.

    Args:
        channel: of `DailyCheck.CHANNELS`.
        key: id of the inbound message, or of the form on the phone.
        symptoms: ids of the disease's file; none: healthy.
        day: that it is about; today by default.
        at: when it was made; now by default.

    Raises:
        NotAllowed: for an officer outside the contact's area.
        ActionRefused: for a symptom that the disease does not have, or a day in the future.
    """
    contact = locked(by, contact)
    if stored := DailyCheck.objects.filter(channel=channel, key=key).first():
        return _same(stored, contact)
    now = current_time.now()
    at = min(at or now, now)
    day = day or city_time(at).date()
    if day > today():
        raise ActionRefused(_("The day is in the future. Give a day until today."))
    known = disease_of(contact.disease).symptoms
    if unknown := sorted(set(symptoms) - set(known)):
        raise ActionRefused(_("Unknown symptoms: {names}.").format(names=", ".join(unknown)))
    red_flag = any(known[each].red_flag for each in symptoms)
    check = DailyCheck.objects.create(
        contact=contact,
        day=day,
        reached=reached,
        symptoms=sorted(symptoms) if reached else [],
        red_flag=red_flag and reached,
        after_end=not contact.is_open,
        channel=channel,
        key=key,
        note=note,
        at=at,
        received_at=now,
        by_id=by.user_id,
    )
    _apply(contact, check)
    audit.record(by=by, action="epidemic.check-recorded", subject=subject_of(contact), detail={"check": check.pk})
    if check.red_flag:
        events.publish(RedFlagReported(check.pk))
    return check


@action
def handle_red_flag(*, by: Actor, contact: Contact, note: str) -> Contact:
    """Record that a tracer acted on a reported red flag, and what was done.

    Raises:
        NotAllowed: outside the actor's area.
        ActionRefused: without a note, or if nothing waits.
    """
    note = require_words(note)
    contact = locked(by, contact)
    if contact.red_flag_at is None:
        raise ActionRefused(_("A colleague has taken care of it already."))
    contact.red_flag_at = None
    save(contact, "red_flag_at")
    audit.record(by=by, action="epidemic.red-flag-handled", subject=subject_of(contact), detail={"note": note})
    return contact


@action
def set_lost(*, by: Actor, contact: Contact, reason: str, version: int | None = None) -> Contact:
    """End the follow-up of a contact who cannot be found any more.

    Raises:
        NotAllowed: outside the actor's area.
        ActionRefused: without a reason, after the follow-up ended, or if somebody changed the contact meanwhile.
    """
    reason = require_words(reason)
    contact = locked(by, contact, version)
    require_open(contact)
    _end(by, contact, FollowUp.LOST, reason)
    return contact


@action
def close_due(*, by: Actor, day: date) -> int:
    """End each follow-up whose last day is before a day: completed if the contact was reached, else lost.

    A contact counts as completed when the latest check that reached them is of the last `lost_after_days` days. One
    with a red flag that nobody has handled stays open. Returns the number of follow-ups that ended.

    Raises:
        NotAllowed: unless the system is the actor.
    """
    require_system(by)
    due = Contact.objects.select_for_update(skip_locked=True).filter(
        follow_up=FollowUp.UNDER, follow_up_until__lt=day, red_flag_at=None
    )
    count = 0
    for contact in due.order_by("pk")[:BATCH]:
        tracing = disease_of(contact.disease).tracing
        rule = next((each for each in tracing.rules if each.since == contact.rule_since), None) if tracing else None
        limit = timedelta(days=rule.lost_after_days if rule else 3)
        seen = contact.last_seen_on is not None and contact.follow_up_until - contact.last_seen_on <= limit
        _end(by, contact, FollowUp.COMPLETED if seen else FollowUp.LOST, "")
        count += 1
    return count


#: Follow-ups that one transaction ends.
BATCH = 1000


def _end(by: Actor, contact: Contact, follow_up: FollowUp, reason: str) -> None:
    contact.follow_up, contact.end_reason, contact.ended_at = follow_up, reason, current_time.now()
    save(contact, "follow_up", "end_reason", "ended_at")
    audit.record(by=by, action=f"epidemic.follow-up-{follow_up.value}", subject=subject_of(contact))


def _same(stored: DailyCheck, contact: Contact) -> DailyCheck:
    if stored.contact_id != contact.pk:
        raise ActionRefused(_("This form was sent for another contact already. Open a new one."))
    return stored


def _apply(contact: Contact, check: DailyCheck) -> None:
    if not check.reached:
        return
    contact.last_seen_on = max(filter(None, (contact.last_seen_on, check.day)))
    if check.symptoms:
        contact.symptoms_since = min(filter(None, (contact.symptoms_since, check.day)))
    if check.red_flag:
        contact.red_flag_at = contact.red_flag_at or check.at
    save(contact, "last_seen_on", "symptoms_since", "red_flag_at")
