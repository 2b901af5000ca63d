"""Moves of pledges from one state to another, used by all actions. Triggers count and post them."""

from typing import Any

from kini.core import audit, current_time, events
from kini.core.actors import Actor
from kini.together.events import PledgeChanged
from kini.together.models import OPEN_STATES, PROMISED_STATES, Giver, Pledge


def move_pledge(by: Actor, pledge: Pledge, state: str, **values: Any) -> Pledge:
    """Move a locked pledge and announce it.

    Args:
        values: other fields to change with it.
    """
    was, pledge.state, pledge.changed_at = pledge.state, state, current_time.now()
    for name, value in values.items():
        setattr(pledge, name, value)
    pledge.save(update_fields=["state", "changed_at", *values])
    detail = {"from": was, "to": state}
    audit.record(by=by, action="together.pledge-moved", subject=f"pledge:{pledge.reference}", detail=detail)
    events.publish(PledgeChanged(pledge.pk, state))
    return pledge


def lock_pledge(pledge: Pledge) -> Pledge:
    """Lock a pledge, and return it as it is now with what it is about."""
    related = ("line__need__beneficiary__area", "giver")
    return Pledge.objects.select_for_update(of=("self",)).select_related(*related).get(pk=pledge.pk)


def free_pledges(by: Actor, giver: Giver, reason: str) -> int:
    """Give back what a giver has promised and not sent; returns the number of pledges."""
    rows = Pledge.objects.select_for_update().filter(giver=giver, state__in=OPEN_STATES).order_by("line", "pk")
    promised = [pledge for pledge in rows if pledge.state in PROMISED_STATES]
    for pledge in promised:
        move_pledge(by, pledge, "withdrawn", reason=reason)
    return len(promised)
