"""Pools: opened by an officer, closed short when their day is over without the target."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kini.core import audit, current_time, references
from kini.core.actions import action
from kini.core.actors import ActionRefused, Actor, NotAllowed, require_system
from kini.people.rules import require_somewhere
from kini.together.action_guards import acts_for_giver
from kini.together.help_refusals import constraints_as_refusals
from kini.together.models import Giver, Pool
from kini.together.money.actions.gifts import withdraw_gift
from kini.together.money.rules import LONGEST_POOL
from kini.together.permissions import HelpPermission
from kini.together.programmes import giving, programmes, rule_of
from kini.together.rules import has_permit
from kini.web.current_city import current_city
from kini.web.formats import today

PREFIX = "KD"


@dataclass(frozen=True, slots=True)
class NewPool:
    """A pool to open; fields as in `Pool`."""

    giver: Giver
    programme: str
    name: str
    purpose: str
    target: int
    closes_on: date


@action
def open_pool(*, by: Actor, pool: NewPool) -> Pool:
    """Open a pool of an aggregator for a public purpose. The share for costs is that of today's rule, for good.

    Raises:
        NotAllowed: without the permission, or for one's own aggregator.
        ActionRefused: the city takes no money, a value is missing, or the aggregator has no permit today.
    """
    require_somewhere(by, HelpPermission.MANAGE_GIVERS)
    if acts_for_giver(by, pool.giver):
        raise NotAllowed(_("Somebody who is not of the aggregator's side must open its pool."))
    known = giving()
    if known is None or known.register_ is None:
        raise ActionRefused(_("This city takes no gifts of money."))
    if pool.programme not in programmes() or not pool.name.strip() or not pool.purpose.strip() or pool.target < 1:
        raise ActionRefused(_("Enter programme, name, purpose and target."))
    if not today() < pool.closes_on <= today() + LONGEST_POOL:
        raise ActionRefused(_("Choose a last day from tomorrow on, at most half a year ahead."))
    if not has_permit(pool.giver.permits.values_list("valid_from", "valid_until"), today()):
        raise ActionRefused(_("The permit of this aggregator is not in force today. It needs a new one."))
    with constraints_as_refusals():
        row = Pool.objects.create(
            reference=references.generate(PREFIX),
            giver=pool.giver,
            programme=pool.programme,
            name=" ".join(pool.name.split())[:120],
            purpose=pool.purpose.strip()[:600],
            currency=current_city().currency,
            target=pool.target,
            costs_percent=rule_of(today()).costs_percent,
            closes_on=pool.closes_on,
            opened_by_id=by.user_id,
            opened_at=current_time.now(),
        )
    audit.record(by=by, action="together.pool-opened", subject=f"pool:{row.reference}", detail={"target": row.target})
    return row


@action
def close_pool(*, by: Actor, pool: Pool) -> bool:
    """Close a pool whose last day is over without the target: what was promised ends, what is held is refunded later.

    Raises:
        NotAllowed: for anybody but the system.
    """
    require_system(by)
    for gift in pool.gifts.filter(state="promised").order_by("pk"):
        withdraw_gift(by=by, gift=gift)
    pool = Pool.objects.select_for_update().get(pk=pool.pk)
    if pool.state != "open" or pool.closes_on >= today() or pool.promised:
        return False
    pool.state, pool.ended_at = "short", current_time.now()
    pool.save(update_fields=["state", "ended_at"])
    audit.record(by=by, action="together.pool-closed-short", subject=f"pool:{pool.reference}")
    return True
