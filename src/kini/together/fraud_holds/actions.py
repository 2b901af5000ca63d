"""Decisions about holds: release, refuse; the clock hands them to the head, and ends what nobody checked."""

from datetime import timedelta

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system
from kini.people.rules import may_in_area, may_somewhere
from kini.together.action_guards import require_user
from kini.together.events import HoldChanged
from kini.together.fraud_holds import queries
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import PROMISED_STATES, FraudHold, Gift, Giver, Payout, Pledge
from kini.together.money.actions.gifts import extend_gift, withdraw_gift
from kini.together.money.actions.payouts import decline_held_payout
from kini.together.permissions import HelpPermission
from kini.together.programmes import rule_of
from kini.together.rules import hold_time
from kini.together.transitions import lock_pledge, move_pledge
from kini.web.formats import today


@action
def release_hold(*, by: Actor, hold: FraudHold, reason: str) -> FraudHold:
    """Release what was held. A payout is released when a second officer says so too.

    Raises:
        NotAllowed: without the permission, for one of the sides, or for anybody but the head once it was escalated.
        ActionRefused: without a reason, when it was decided, or as the second one of a payout by the first.
    """
    hold = _decidable(by, hold, reason)
    if hold.payout_id and hold.approved_by_id is None:
        hold.approved_by_id, hold.approved_at = require_user(by), current_time.now()
        with constraints_as_refusals():
            hold.save(update_fields=["approved_by", "approved_at"])
        audit.record(by=by, action="together.hold-approved", subject=f"hold:{hold.pk}")
        return hold
    _require_head_when_late(by, hold)
    _end(by, hold, "released", reason)
    if queries.holds_of(_subject(hold)).exists():
        return hold
    if hold.gift:
        extend_gift(by=by, gift=hold.gift)
    elif hold.pledge and hold.pledge.state == "held":
        rule = rule_of(today())
        Pledge.objects.filter(pk=hold.pledge.pk).update(held_until=current_time.now() + hold_time(rule, 0))
    return hold


@action
def refuse_hold(*, by: Actor, hold: FraudHold, reason: str) -> FraudHold:
    """Refuse what was held: the pledge and the gift end, the payout is declined. The reason is told.

    Raises:
        NotAllowed, ActionRefused: as in `release_hold`.
    """
    hold = _decidable(by, hold, reason)
    _require_head_when_late(by, hold)
    _end(by, hold, "refused", reason)
    _end_subject(by, hold, reason)
    return hold


@action
def escalate_hold(*, by: Actor, hold: FraudHold) -> bool:
    """Hand a hold to the head when its time is over. Returns False when it is not due.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    hold = _lock(hold)
    now = current_time.now()
    if hold.state != "open" or hold.escalated_at or hold.due_at > now:
        return False
    apart, _giver = queries.sides(hold)
    head = queries.next_owner(HelpPermission.LEAD_HELP, queries.area_path(hold), apart)
    hold.owner_id, hold.escalated_at = head, now
    hold.due_at = now + timedelta(hours=rule_of(today()).head_hours)
    hold.save(update_fields=["owner", "escalated_at", "due_at"])
    audit.record(by=by, action="together.hold-escalated", subject=f"hold:{hold.pk}")
    events.publish(HoldChanged(hold.pk, "escalated"))
    return True


@action
def expire_hold(*, by: Actor, hold: FraudHold) -> bool:
    """End a hold that the head did not decide in time, with what it held. Returns False when it is not due.

    Packages that are on the way are not sent back: an officer confirms their delivery.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    hold = _lock(hold)
    if hold.state != "open" or hold.escalated_at is None or hold.due_at > current_time.now():
        return False
    _end(by, hold, "expired", str(_("Nobody checked it in time.")))
    if not (hold.pledge and hold.pledge.state == "on-the-way"):
        _end_subject(by, hold, hold.reason)
    return True


def _decidable(by: Actor, hold: FraudHold, reason: str) -> FraudHold:
    """Lock a hold that the officer may decide."""
    hold = _lock(hold)
    path = queries.area_path(hold)
    permission = HelpPermission.MANAGE_GIVERS
    if not (may_in_area(by, permission, path) if path else may_somewhere(by, permission)):
        raise NotAllowed(_("Your role does not include decisions on what is held."))
    if require_user(by) in queries.sides(hold)[0]:
        raise NotAllowed(_("Somebody who is of neither side must decide."))
    if hold.state != "open":
        raise ActionRefused(_("This hold was decided already."))
    if not reason.strip():
        raise ActionRefused(_("Enter the reason."))
    return hold


def _require_head_when_late(by: Actor, hold: FraudHold) -> None:
    if hold.escalated_at and not may_somewhere(by, HelpPermission.LEAD_HELP):
        raise NotAllowed(_("The time to check this is over, so the head decides."))


def _subject(hold: FraudHold) -> Pledge | Gift | Payout:
    subject = hold.pledge or hold.gift or hold.payout
    assert subject is not None  # a check constraint
    return subject


def _lock(hold: FraudHold) -> FraudHold:
    """Lock what is held, then the hold, in the order of the triggers."""
    known = FraudHold.objects.get(pk=hold.pk)
    if known.pledge_id:
        lock_pledge(Pledge(pk=known.pledge_id))
    else:
        giver = {"pools__gifts": known.gift_id} if known.gift_id else {"pools__payouts": known.payout_id}
        Giver.objects.select_for_update(no_key=True).get(**giver)
    FraudHold.objects.select_for_update().get(pk=hold.pk)
    return queries.all_holds().get(pk=hold.pk)


def _end(by: Actor, hold: FraudHold, state: str, reason: str) -> None:
    hold.state, hold.decided_at, hold.reason = state, current_time.now(), reason.strip()[:240]
    hold.decided_by_id = by.user_id
    with constraints_as_refusals():
        hold.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    audit.record(by=by, action=f"together.hold-{state}", subject=f"hold:{hold.pk}")
    events.publish(HoldChanged(hold.pk, state))


def _end_subject(by: Actor, hold: FraudHold, reason: str) -> None:
    if hold.pledge and hold.pledge.state in (*PROMISED_STATES, "on-the-way"):
        state = "withdrawn" if hold.state == "expired" else "refused"
        move_pledge(by, lock_pledge(hold.pledge), state, reason=reason.strip()[:240])
    elif hold.gift:
        withdraw_gift(by=by, gift=hold.gift)
    elif hold.payout:
        decline_held_payout(by=by, payout=hold.payout, reason=reason)
