"""Gifts of money: promised with a bill, held when it is paid; lapsed, withdrawn or refunded."""

from uuid import UUID

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system
from kini.payments import actions as payment_actions
from kini.payments.models import Payment
from kini.payments.public import issue_bill, request_bill_code, withdraw_bill
from kini.payments.queries import settling_payment
from kini.people.rules import may_somewhere, require_somewhere
from kini.together.action_guards import acts_for_giver, may_see_gift
from kini.together.events import GiftChanged
from kini.together.fraud_holds.placement import place_holds
from kini.together.fraud_holds.queries import gift_signs, holds_of
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import Gift, Giver, Pool
from kini.together.money.rules import HELD_FOR, is_gift
from kini.together.permissions import HelpPermission
from kini.together.programmes import giving
from kini.web import formats
from kini.web.formats import city_time, today

PREFIX = "DN"


@action
def give_money(*, by: Actor, giver: Giver, pool: Pool, amount: int, key: UUID) -> Gift:
    """Promise money to a pool; a bill is issued for it. Idempotent for one key.

    Raises:
        NotAllowed: anybody but the giver's side, or an officer for somebody at a counter.
        ActionRefused: the pool takes no gifts, less is left, or the aggregator has no permit today.
    """
    if not acts_for_giver(by, giver):
        if giver.owner_id:
            raise NotAllowed(_("This gift belongs to another giver."))
        require_somewhere(by, HelpPermission.VERIFY_NEEDS)
    if existing := Gift.objects.filter(key=key).first():
        if existing.giver_id != giver.pk:
            raise NotAllowed(_("This gift belongs to another giver."))
        return existing
    known = giving()
    if known is None or known.register_ is None:
        raise ActionRefused(_("This city takes no gifts of money."))
    pool.refresh_from_db()
    if not is_gift(amount, pool.left):
        sentence = _("Enter an amount of at most %(left)s: more is not needed here.")
        raise ActionRefused(sentence % {"left": formats.money(pool.left)})
    reference, now = references.generate(PREFIX), current_time.now()
    bill = issue_bill(by=by, register=known.register_, number=reference, amount=amount)
    with constraints_as_refusals():
        gift = Gift.objects.create(
            key=key,
            reference=reference,
            pool=pool,
            giver=giver,
            amount=amount,
            bill=bill,
            given_on=today(),
            held_until=now + HELD_FOR,
            created_at=now,
            changed_at=now,
        )
    audit.record(by=by, action="together.money-promised", subject=f"gift:{reference}", detail={"amount": amount})
    place_holds(by, gift, gift_signs(by, gift))
    return gift


@action
def give_at_counter(*, by: Actor, pool: Pool, amount: int, key: UUID) -> Gift:
    """Promise money of somebody at a counter, who needs neither phone nor account and is recorded nowhere.

    Raises:
        NotAllowed, ActionRefused: as in `give_money`.
    """
    require_somewhere(by, HelpPermission.VERIFY_NEEDS)
    if existing := Gift.objects.filter(key=key, giver__owner=None).first():
        return existing
    giver = Giver.objects.create(kind="person", created_at=current_time.now())
    audit.record(by=by, action="together.giver-recorded", subject=f"giver:{giver.pk}", detail={"kind": "counter"})
    return give_money(by=by, giver=giver, pool=pool, amount=amount, key=key)


@action
def request_code(*, by: Actor, gift: Gift, method: str) -> Payment:
    """Request the code by which a gift is paid.

    Raises:
        NotAllowed: for a gift of somebody else.
        ActionRefused: the gift has ended, or the method is not offered.
    """
    if not may_see_gift(by, gift):
        raise NotAllowed(_("This gift belongs to another giver."))
    if gift.state != "promised":
        raise ActionRefused(_("There is nothing to pay here."))
    if holds_of(gift).exists():
        raise ActionRefused(_("The city checks this first. It moves on once an officer has released it."))
    return request_bill_code(by=by, bill=gift.bill, method="va" if method == "va" else "qr")


@action
def take_gift(*, by: Actor, gift: Gift) -> Gift:
    """Hold the money of a gift whose bill was paid; refund it when the pool may not take it any more. Idempotent.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    gift = _lock(gift)
    payment = settling_payment(gift.bill)
    if gift.state != "promised" or payment is None or payment.paid_at is None:
        return gift
    try:
        with constraints_as_refusals():
            return _move(by, gift, "held", paid_on=city_time(payment.paid_at).date())
    except ActionRefused as refusal:
        gift.refresh_from_db()
        _refund(by, gift, payment, str(refusal), paid_on=city_time(payment.paid_at).date())
        return gift


@action
def refund_gift(*, by: Actor, gift: Gift) -> Gift:
    """Refund a gift to a pool that closed short. Idempotent.

    Raises:
        NotAllowed: for anybody but the system.
        ActionRefused: the pool did not close short.
    """
    require_system(by)
    gift = _lock(gift)
    payment = settling_payment(gift.bill)
    if gift.state != "held" or payment is None:
        return gift
    sentence = _("The pool “%(name)s” did not reach its target.")
    if gift.pool.handovers.filter(state="done", to_giver=None).exists():
        sentence = _("The aggregator of the pool “%(name)s” was suspended.")
    with constraints_as_refusals():
        _refund(by, gift, payment, sentence % {"name": gift.pool.name})
    return gift


@action
def withdraw_gift(*, by: Actor, gift: Gift) -> bool:
    """Withdraw a gift that was not paid. Returns False when its money has arrived, or it has ended.

    Raises:
        NotAllowed: anybody but the giver's side, officers of a counter, coordinators and the system.
    """
    if not (may_see_gift(by, gift) or may_somewhere(by, HelpPermission.MANAGE_GIVERS)):
        raise NotAllowed(_("This gift belongs to another giver."))
    return _end(by, gift, "withdrawn")


@action
def lapse_gift(*, by: Actor, gift: Gift) -> bool:
    """Let a gift lapse whose money did not arrive in time. Returns False when it is not due.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    return gift.held_until <= current_time.now() and _end(by, gift, "lapsed")


@action
def extend_gift(*, by: Actor, gift: Gift) -> None:
    """Give a gift that was held for a check its full time to be paid.

    Raises:
        NotAllowed: without the permission.
    """
    require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    Gift.objects.filter(pk=gift.pk, state="promised").update(held_until=current_time.now() + HELD_FOR)
    audit.record(by=by, action="together.money-extended", subject=f"gift:{gift.reference}")


@action
def withdraw_gifts(*, by: Actor, aggregator: Giver) -> int:
    """Withdraw all unpaid gifts to the pools of an aggregator; returns their number.

    Raises:
        NotAllowed: without the permission.
    """
    require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    rows = Gift.objects.filter(pool__giver=aggregator, state="promised").order_by("pk")
    return sum(withdraw_gift(by=by, gift=each) for each in rows)


def _lock(gift: Gift) -> Gift:
    """Lock the aggregator, then the gift, and return it as it is now."""
    Giver.objects.select_for_update(no_key=True).get(pools=gift.pool_id)
    rows = Gift.objects.select_for_update(of=("self",)).select_related("pool", "giver", "bill")
    return rows.get(pk=gift.pk)


def _end(by: Actor, gift: Gift, state: str) -> bool:
    gift = _lock(gift)
    if gift.state != "promised" or not withdraw_bill(by=by, bill=gift.bill):
        return False
    _move(by, gift, state)
    return True


def _refund(by: Actor, gift: Gift, payment: Payment, reason: str, **values: object) -> None:
    """Refund a gift and withdraw its bill: what arrives by another code of it goes back, too."""
    _move(by, gift, "refunded", **values)
    payment_actions.refund_payment(by=by, payment=payment, reason=reason)
    withdraw_bill(by=by, bill=gift.bill)


def _move(by: Actor, gift: Gift, state: str, **values: object) -> Gift:
    gift.state, gift.changed_at = state, current_time.now()
    for name, value in values.items():
        setattr(gift, name, value)
    gift.save(update_fields=["state", "changed_at", *values])
    audit.record(by=by, action=f"together.money-{state}", subject=f"gift:{gift.reference}")
    events.publish(GiftChanged(gift.pk, state))
    return gift
