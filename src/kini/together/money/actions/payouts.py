"""Payouts: proposed by the aggregator or an officer, paid by another officer, settled when the packages arrive."""

from uuid import UUID

from django.utils.translation import gettext as _

from kini.core import audit, current_time
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed
from kini.payments.public import record_payout
from kini.people.rules import require_somewhere
from kini.together.action_guards import acts_for_giver, require_user
from kini.together.fraud_holds.placement import place_holds
from kini.together.fraud_holds.queries import payout_signs
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import Giver, Payout, Pledge, Pool
from kini.together.permissions import HelpPermission
from kini.together.programmes import giving, package_of
from kini.web import formats
from kini.web.formats import today


@action
def propose_payout(*, by: Actor, pool: Pool, pledge: Pledge | None, amount: int, words: str = "", key: UUID) -> Payout:
    """Propose money for the packages of a pledge of the aggregator, or for its costs. Idempotent for one key.

    Args:
        pledge: confirmed, of the pool's programme; None: costs, with `words`.

    Raises:
        NotAllowed: anybody but the aggregator's side or a coordinator.
        ActionRefused: the pool is not reached, the pledge does not fit, or the amount is above the reference price.
    """
    if not acts_for_giver(by, pool.giver):
        require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    if existing := Payout.objects.filter(key=key, pool=pool).first():
        return existing
    pool.refresh_from_db()
    if pool.state != "reached":
        raise ActionRefused(_("Money is paid out once the target is reached."))
    if not 1 <= amount <= pool.held:
        raise ActionRefused(_("Enter an amount of at most %(held)s.") % {"held": formats.money(pool.held)})
    if pledge is None and not words.strip():
        raise ActionRefused(_("Say of what the costs are."))
    if pledge and (most := _reference_price(pool, pledge)) < amount:
        raise ActionRefused(_("These packages cost %(most)s at most.") % {"most": formats.money(most)})
    now = current_time.now()
    with constraints_as_refusals():
        payout = Payout.objects.create(
            key=key,
            pool=pool,
            sort="packages" if pledge else "costs",
            pledge=pledge,
            amount=amount,
            words=words.strip()[:240],
            proposed_by_id=require_user(by),
            proposed_at=now,
            changed_at=now,
        )
    _audit(by, payout, "proposed")
    place_holds(by, payout, payout_signs(payout))
    return payout


def _reference_price(pool: Pool, pledge: Pledge) -> int:
    """Price of a pledge's packages, for which its aggregator may spend the pool.

    Raises:
        ActionRefused: it is no confirmed pledge of the aggregator and the programme.
    """
    programme = pledge.line.need.programme
    package = package_of(programme, pledge.line.package)
    states = ("confirmed", "on-the-way", "delivered", "disputed", "received")
    if pledge.giver_id != pool.giver_id or programme != pool.programme or pledge.state not in states or not package:
        raise ActionRefused(_("Choose a confirmed pledge of this aggregator."))
    return pledge.quantity * package.price


@action
def pay_out(*, by: Actor, payout: Payout, transfer: str) -> Payout:
    """Record the transfer of a proposed payout to the aggregator; what it is for is settled when it has arrived.

    Args:
        transfer: reference of the bank.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: by who proposed it or a side, for a frozen aggregator or one without a permit today, above the
            share for costs or what the pool holds, or with a reference that was used.
    """
    payout = _decidable(by, payout)
    if not transfer.strip():
        raise ActionRefused(_("Enter the reference of the transfer."))
    payout.transfer, payout.paid_on = transfer.strip()[:64], today()
    with constraints_as_refusals():
        _decide(by, payout, "paid", "transfer", "paid_on")
    _post(by, payout, payout.amount, transfer=payout.transfer)
    payout.refresh_from_db()
    return payout


@action
def decline_payout(*, by: Actor, payout: Payout, reason: str) -> Payout:
    """Decline a proposed payout.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: by who proposed it, or without a reason.
    """
    payout = _decidable(by, payout)
    if not reason.strip():
        raise ActionRefused(_("Enter the reason."))
    payout.reason = reason.strip()[:240]
    with constraints_as_refusals():
        _decide(by, payout, "declined", "reason")
    return payout


@action
def decline_held_payout(*, by: Actor, payout: Payout, reason: str) -> bool:
    """Decline a payout that was held and not released. Returns False when it was declined meanwhile.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: by who proposed it.
    """
    payout = _decidable(by, payout)
    if payout.state != "proposed":
        return False
    payout.reason = reason.strip()[:240]
    with constraints_as_refusals():
        _decide(by, payout, "declined", "reason")
    return True


@action
def record_return(*, by: Actor, payout: Payout, reason: str) -> Payout:
    """Record that the aggregator transferred money back, as its packages did not set out or were refused.

    Raises:
        NotAllowed: without the permission, or for one's own aggregator.
        ActionRefused: without a reason, or when the packages arrived.
    """
    payout = _decidable(by, payout)
    if acts_for_giver(by, payout.pool.giver):
        raise NotAllowed(_("Somebody who is of neither side must decide."))
    if not reason.strip():
        raise ActionRefused(_("Enter the reason."))
    payout.reason = reason.strip()[:240]
    payout.state, payout.changed_at = "returned", current_time.now()
    with constraints_as_refusals():
        payout.save(update_fields=["state", "changed_at", "reason"])
    _audit(by, payout, "returned")
    _post(by, payout, -payout.amount, reason=payout.reason)
    return payout


def _decidable(by: Actor, payout: Payout) -> Payout:
    """Lock aggregator, pledge and payout, in the order of the triggers."""
    require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    require_user(by)
    Giver.objects.select_for_update(no_key=True).get(pools=payout.pool_id)
    if payout.pledge_id:
        Pledge.objects.select_for_update().get(pk=payout.pledge_id)
    return Payout.objects.select_for_update(of=("self",)).select_related("pool__giver").get(pk=payout.pk)


def _decide(by: Actor, payout: Payout, state: str, *fields: str) -> None:
    payout.state, payout.changed_at, payout.decided_by_id = state, current_time.now(), by.user_id
    payout.save(update_fields=["state", "changed_at", "decided_by", *fields])
    _audit(by, payout, state)


def _audit(by: Actor, payout: Payout, deed: str) -> None:
    detail = {"amount": payout.amount, "pool": payout.pool.reference}
    audit.record(by=by, action=f"together.payout-{deed}", subject=f"payout:{payout.pk}", detail=detail)


def _post(by: Actor, payout: Payout, amount: int, **detail: str) -> None:
    known = giving()
    if known is None or known.register_ is None:
        raise LookupError("giving.yaml names no register of gifts any more.")
    key = f"together:{payout.pk}:{payout.state if amount < 0 else 'paid'}"
    record_payout(by=by, key=key, register=known.register_, amount=amount, subject=f"payout:{payout.pk}", detail=detail)
