"""Pledges: held for a time, confirmed with a statement, on the way; lapsed, withdrawn or refused."""

import secrets
from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kini.core import audit, current_time, events, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system
from kini.together import queries
from kini.together.action_guards import is_contact, may_verify, require_giver, require_verifier
from kini.together.events import PledgeChanged
from kini.together.fraud_holds.placement import place_holds
from kini.together.fraud_holds.queries import pledge_signs
from kini.together.help_refusals import OverPledged, constraints_as_refusals
from kini.together.models import PROMISED_STATES, Giver, NeedLine, Pledge
from kini.together.programmes import rule_of
from kini.together.rules import BY_OFFICER_AFTER, hold_time
from kini.together.transitions import lock_pledge, move_pledge
from kini.web.formats import today

PREFIX = "JB"


@action
def hold_pledge(*, by: Actor, giver: Giver, line: NeedLine, quantity: int, key: UUID) -> Pledge:
    """Hold packages of a line for a giver, who confirms within the time of the programme. Idempotent for one key.

    Raises:
        NotAllowed: anybody but the giver's side, or an officer at a counter of the area.
        OverPledged: less is left; the message says how much, and where else help is needed.
        ActionRefused: the need is not open, the giver may not give today, or has too many open pledges.
    """
    need = line.need
    require_giver(by, giver, need.beneficiary)
    if existing := Pledge.objects.filter(key=key).first():
        if existing.giver_id != giver.pk:
            raise NotAllowed(_("This pledge belongs to another giver."))
        return existing
    if quantity < 1:
        raise ActionRefused(_("Enter how many you give: 1 or more."))
    rule, now = rule_of(today()), current_time.now()
    open_count = giver.pledges.filter(state__in=PROMISED_STATES).count()
    if open_count >= rule.most_open and not giver.pledges.filter(state="received").exists():
        raise ActionRefused(_("You have several pledges open. Deliver one of them first, or withdraw one."))
    try:
        with constraints_as_refusals():
            pledge = Pledge.objects.create(
                key=key,
                reference=references.generate(PREFIX),
                line=line,
                giver=giver,
                quantity=quantity,
                pledged_on=today(),
                held_until=now + hold_time(rule, queries.lapses(giver)),
                code=f"{secrets.randbelow(1_000_000):06}",
                created_at=now,
                changed_at=now,
            )
    except OverPledged:
        raise OverPledged(_what_is_left(line)) from None
    audit.record(by=by, action="together.pledged", subject=f"pledge:{pledge.reference}", detail={"quantity": quantity})
    events.publish(PledgeChanged(pledge.pk, "held"))
    place_holds(by, pledge, pledge_signs(by, pledge))
    return pledge


@action
def hold_at_counter(*, by: Actor, line: NeedLine, quantity: int, key: UUID) -> Pledge:
    """Hold packages for somebody at a counter, who needs neither phone nor account and is recorded nowhere.

    Raises:
        NotAllowed: anybody but an officer of the area.
        ActionRefused: as in `hold_pledge`.
    """
    require_verifier(by, line.need.beneficiary)
    if existing := Pledge.objects.filter(key=key, giver__owner=None).first():
        return existing
    giver = Giver.objects.create(kind="person", created_at=current_time.now())
    audit.record(by=by, action="together.giver-recorded", subject=f"giver:{giver.pk}", detail={"kind": "counter"})
    return hold_pledge(by=by, giver=giver, line=line, quantity=quantity, key=key)


def _what_is_left(line: NeedLine) -> str:
    line.refresh_from_db()
    other = queries.nearest_open_line(line)
    here = ngettext("Only %(left)d is left here.", "Only %(left)d are left here.", line.left) % {"left": line.left}
    if line.left == 0:
        here = _("Others have pledged all of it in the meantime.")
    if other is None:
        return here
    elsewhere = ngettext(
        "%(left)d is needed at %(place)s, %(area)s.", "%(left)d are needed at %(place)s, %(area)s.", other.left
    ) % {"left": other.left, "place": other.need.beneficiary.name, "area": other.need.beneficiary.area.name}
    return f"{here} {elsewhere}"


@action
def confirm_pledge(*, by: Actor, pledge: Pledge, deliver_on: date, stated: bool) -> Pledge:
    """Confirm a held pledge with the statement of commitment and a day of delivery.

    Raises:
        NotAllowed: anybody but the giver's side or an officer of the area; only an officer after three lapses.
        ActionRefused: the time is over, the statement is missing, or the day is not within the need's.
    """
    pledge = lock_pledge(pledge)
    need = pledge.line.need
    require_giver(by, pledge.giver, need.beneficiary)
    if queries.lapses(pledge.giver) >= BY_OFFICER_AFTER and not may_verify(by, need.beneficiary):
        raise NotAllowed(_("Three of your pledges lapsed. An officer of the area confirms this one with you."))
    if pledge.state != "held":
        raise ActionRefused(_("This pledge was confirmed already, or has ended."))
    if pledge.held_until <= current_time.now():
        raise ActionRefused(_("The time to confirm is over. Pledge once more, if help is still needed."))
    if not stated:
        raise ActionRefused(_("Agree to the statement of commitment."))
    if not today() <= deliver_on <= need.needed_by:
        raise ActionRefused(_("Choose a day from today until the day by which it is needed."))
    with constraints_as_refusals():
        return move_pledge(by, pledge, "confirmed", deliver_on=deliver_on, stated_at=current_time.now())


@action
def set_out(*, by: Actor, pledge: Pledge) -> Pledge:
    """Say that the packages are on the way. A permit that has ended since does not stop them.

    Raises:
        NotAllowed: anybody but the giver's side or an officer of the area.
        ActionRefused: when it is not confirmed, or the giver is suspended.
    """
    pledge = lock_pledge(pledge)
    require_giver(by, pledge.giver, pledge.line.need.beneficiary)
    if pledge.state != "confirmed":
        raise ActionRefused(_("Only a confirmed pledge can set out."))
    with constraints_as_refusals():
        return move_pledge(by, pledge, "on-the-way")


@action
def withdraw_pledge(*, by: Actor, pledge: Pledge, reason: str) -> Pledge:
    """Withdraw a pledge that is not on the way; its packages are open for others.

    Raises:
        NotAllowed: anybody but the giver's side or an officer of the area.
        ActionRefused: when it is on the way or has ended.
    """
    pledge = lock_pledge(pledge)
    require_giver(by, pledge.giver, pledge.line.need.beneficiary)
    if pledge.state not in PROMISED_STATES:
        raise ActionRefused(_("This pledge cannot be withdrawn any more."))
    return move_pledge(by, pledge, "withdrawn", reason=reason.strip()[:240])


@action
def refuse_pledge(*, by: Actor, pledge: Pledge, reason: str) -> Pledge:
    """Refuse a pledge for the receiving side, also at the door; its packages are open for others.

    Raises:
        NotAllowed: anybody but the contact of the receiving side or an officer of the area.
        ActionRefused: without a reason, or when it was delivered or has ended.
    """
    pledge = lock_pledge(pledge)
    beneficiary = pledge.line.need.beneficiary
    if not is_contact(by, beneficiary):
        require_verifier(by, beneficiary)
    if not reason.strip():
        raise ActionRefused(_("Enter the reason."))
    if pledge.state not in (*PROMISED_STATES, "on-the-way"):
        raise ActionRefused(_("This pledge cannot be refused any more."))
    return move_pledge(by, pledge, "refused", reason=reason.strip()[:240])


@action
def lapse_pledge(*, by: Actor, pledge: Pledge) -> bool:
    """Let a pledge lapse that was not confirmed, or did not set out, in time. Returns False when it is not due.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    pledge = lock_pledge(pledge)
    if not queries.is_due_to_lapse(pledge):
        return False
    move_pledge(by, pledge, "lapsed")
    return True
