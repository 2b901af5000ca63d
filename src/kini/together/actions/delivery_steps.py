"""Deliveries: the receiver's code, what each side counted, and disputes about a difference."""

from uuid import UUID

from django.db.models import F
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.people.rules import may_in_area
from kini.together.action_guards import acts_for_giver, is_contact, require_giver, require_verifier
from kini.together.fraud_holds.placement import place_holds
from kini.together.fraud_holds.rules import Sign
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import Delivery, Pledge
from kini.together.permissions import HelpPermission
from kini.together.rules import DECIDE_WITHIN, MOST_TRIES
from kini.together.transitions import lock_pledge, move_pledge


class WrongCode(ActionRefused):
    """The code is not the receiver's. The try counts, so the caller commits."""


@action
def record_slip(*, by: Actor, pledge: Pledge) -> None:
    """Record that an officer printed a slip with the receiver's code.

    Raises:
        NotAllowed: anybody but an officer of the area.
    """
    require_verifier(by, pledge.line.need.beneficiary)
    audit.record(by=by, action="together.slip-printed", subject=f"pledge:{pledge.reference}")


@action
def record_delivery(
    *, by: Actor, pledge: Pledge, code: str, quantity: int, key: UUID, seconded: bool = False
) -> Delivery | WrongCode:
    """Record a delivery with the receiver's code and the quantity that the deliverer counted. Idempotent for one key.

    Args:
        seconded: an officer of the area confirms after three wrong codes, without a code.

    Returns:
        The delivery; or the refusal of a wrong code, since the try must be stored.

    Raises:
        NotAllowed: anybody but the giver's side, or an officer of the area.
        ActionRefused: the pledge is not on the way, was delivered already, or the quantity is not possible.
    """
    pledge = lock_pledge(pledge)
    beneficiary = pledge.line.need.beneficiary
    require_giver(by, pledge.giver, beneficiary)
    if existing := Delivery.objects.filter(pledge=pledge).first():
        if existing.key == key:
            return existing
        raise ActionRefused(_("This delivery was recorded already."))
    if pledge.state != "on-the-way":
        raise ActionRefused(_("Say first that the packages are on the way."))
    if not 0 <= quantity <= pledge.quantity:
        sentence = _("The pledge is for %(quantity)d. Enter a number from 0 to %(quantity)d.")
        raise ActionRefused(sentence % {"quantity": pledge.quantity})
    if seconded:
        require_verifier(by, beneficiary)
        if acts_for_giver(by, pledge.giver):
            raise NotAllowed(_("Somebody who is not of the giver's side must confirm this."))
    elif pledge.tries >= MOST_TRIES:
        raise ActionRefused(
            _("The code was wrong three times. Ask the office of the area to confirm the delivery with the receivers.")
        )
    elif not constant_time_compare(code.strip(), pledge.code):
        Pledge.objects.filter(pk=pledge.pk).update(tries=F("tries") + 1)
        if pledge.tries + 1 == MOST_TRIES:
            place_holds(by, pledge, [Sign("wrong-code", MOST_TRIES, MOST_TRIES)])
        audit.record(by=by, action="together.wrong-code", subject=f"pledge:{pledge.reference}")
        return WrongCode(_("This is not the receiver's code. Ask for it again; you have three tries."))
    with constraints_as_refusals():
        delivery = Delivery.objects.create(
            pledge=pledge,
            key=key,
            delivered_quantity=quantity,
            delivered_at=current_time.now(),
            delivered_by_id=by.user_id,
            seconded=seconded,
        )
        move_pledge(by, pledge, "delivered")
    return delivery


@action
def record_receipt(*, by: Actor, pledge: Pledge, quantity: int, slip_code: str | None = None) -> Delivery:
    """Record the quantity that the receiving side counted. A difference is a dispute with a clock. Idempotent.

    Args:
        slip_code: as it stands on the signed slip, which tells that the slip is of this pledge; None without a slip.

    Raises:
        NotAllowed: anybody but the contact of the receiving side or an officer of the area, and the giver's side.
        ActionRefused: nothing was delivered yet, another quantity was recorded before, or it is another pledge's slip.
    """
    pledge = lock_pledge(pledge)
    beneficiary = pledge.line.need.beneficiary
    if not is_contact(by, beneficiary):
        require_verifier(by, beneficiary)
    if acts_for_giver(by, pledge.giver):
        raise NotAllowed(_("Somebody who is not of the giver's side must say what arrived."))
    if slip_code is not None and not constant_time_compare(slip_code.strip(), pledge.code):
        raise ActionRefused(_("This code is not on the slip of this pledge. Compare the number of the pledge."))
    delivery = Delivery.objects.filter(pledge=pledge).first()
    if delivery is None:
        raise ActionRefused(_("The deliverer has not recorded the delivery yet."))
    if delivery.received_quantity == quantity:
        return delivery
    if delivery.received_quantity is not None:
        raise ActionRefused(_("What arrived was recorded already. A coordinator can correct it."))
    if not 0 <= quantity <= pledge.quantity:
        sentence = _("The pledge is for %(quantity)d. Enter a number from 0 to %(quantity)d.")
        raise ActionRefused(sentence % {"quantity": pledge.quantity})
    now, agree = current_time.now(), quantity == delivery.delivered_quantity
    delivery.received_quantity, delivery.received_at, delivery.received_by_id = quantity, now, by.user_id
    delivery.agreed_quantity = quantity if agree else None
    delivery.decide_by = None if agree else now + DECIDE_WITHIN
    delivery.save()
    move_pledge(by, pledge, "received" if agree else "disputed")
    return delivery


@action
def decide_dispute(*, by: Actor, pledge: Pledge, quantity: int, reason: str) -> Delivery:
    """Decide how much arrived, after both sides counted differently; the rest is written off.

    Raises:
        NotAllowed: without the permission, or for the giver's side and the contact.
        ActionRefused: there is no dispute, no reason, or the quantity is not one between the two counts.
    """
    pledge = lock_pledge(pledge)
    beneficiary = pledge.line.need.beneficiary
    if not may_in_area(by, HelpPermission.MANAGE_GIVERS, beneficiary.area.path):
        raise NotAllowed(_("Your role does not include decisions on disputes."))
    if acts_for_giver(by, pledge.giver) or is_contact(by, beneficiary):
        raise NotAllowed(_("Somebody who is of neither side must decide."))
    if pledge.state != "disputed":
        raise ActionRefused(_("There is no dispute about this pledge."))
    if not reason.strip():
        raise ActionRefused(_("Enter the reason."))
    delivery = pledge.delivery
    counts = sorted((delivery.delivered_quantity, delivery.received_quantity or 0))
    if not counts[0] <= quantity <= counts[1]:
        sentence = _("Enter a number from %(low)d to %(high)d, the counts of both sides.")
        raise ActionRefused(sentence % {"low": counts[0], "high": counts[1]})
    delivery.agreed_quantity, delivery.decide_by = quantity, None
    delivery.save()
    move_pledge(by, pledge, "received", reason=reason.strip()[:240])
    return delivery
