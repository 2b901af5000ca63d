"""Frozen pools of suspended aggregators: handed over to another one, or refunded, by two officers of neither side."""

from django.utils.translation import gettext as _

from kini.core import audit, current_time, events
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor
from kini.people.rules import require_somewhere
from kini.together.action_guards import require_user
from kini.together.events import GiftChanged
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import Giver, Payout, Pool, PoolHandover
from kini.together.permissions import HelpPermission
from kini.web.formats import today


@action
def propose_handover(*, by: Actor, pool: Pool, to_giver: Giver | None, reason: str) -> PoolHandover:
    """Propose that another aggregator takes a frozen pool over, or that every gift is refunded.

    Args:
        to_giver: None: refund.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: the pool is not frozen, was proposed already, cannot be taken over, is to be refunded though some
            was spent, the reason is missing, or the officer is of a side.
    """
    require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    if not reason.strip():
        raise ActionRefused(_("Enter the reason."))
    with constraints_as_refusals():
        row = PoolHandover.objects.create(
            pool=pool,
            from_giver_id=pool.giver_id,
            to_giver=to_giver,
            reason=reason.strip()[:240],
            proposed_by_id=require_user(by),
            proposed_at=current_time.now(),
        )
    _record(by, row, "proposed")
    return row


@action
def decide_handover(*, by: Actor, handover: PoolHandover, agreed: bool) -> PoolHandover:
    """Carry out or decline what a colleague proposed. Payouts that wait are declined; refunds follow by themselves.

    Raises:
        NotAllowed: without the permission.
        ActionRefused: it was decided, the new aggregator has no permit today, or by who proposed it or is of a side.
    """
    require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    known = PoolHandover.objects.select_related("pool").get(pk=handover.pk)
    givers = Giver.objects.filter(pk__in=[known.from_giver_id, known.to_giver_id or 0])
    list(givers.select_for_update(no_key=True).order_by("pk"))
    row = PoolHandover.objects.select_for_update().get(pk=handover.pk)
    if row.state != "proposed":
        raise ActionRefused(_("This was decided already."))
    now = current_time.now()
    row.state, row.decided_at, row.decided_on = "done" if agreed else "declined", now, today()
    row.decided_by_id = require_user(by)
    with constraints_as_refusals():
        row.save(update_fields=["state", "decided_by", "decided_at", "decided_on"])
        if agreed:
            _carry_out(row)
    _record(by, row, row.state)
    return row


def _carry_out(row: PoolHandover) -> None:
    pool, now = Pool.objects.select_for_update().get(pk=row.pool_id), current_time.now()
    waiting = Payout.objects.filter(pool=pool, state="proposed").order_by("pk")
    waiting.update(state="declined", reason=row.reason, changed_at=now)
    if row.to_giver_id:
        pool.giver_id = row.to_giver_id
        pool.save(update_fields=["giver"])
        for gift in pool.gifts.filter(state="held", giver__owner__isnull=False):
            events.publish(GiftChanged(gift.pk, "handed-over"))
    else:
        pool.state, pool.ended_at = "short", now
        pool.save(update_fields=["state", "ended_at"])


def _record(by: Actor, row: PoolHandover, deed: str) -> None:
    detail = {"from": row.from_giver_id, "to": row.to_giver_id or 0}
    audit.record(by=by, action=f"together.handover-{deed}", subject=f"pool:{row.pool_id}", detail=detail)
