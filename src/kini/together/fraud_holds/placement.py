"""Placement of holds, in the transaction of the action that gives the sign."""

from collections.abc import Iterable
from datetime import timedelta

from kini.core import audit, current_time, events
from kini.core.actors import Actor
from kini.together.events import HoldChanged
from kini.together.fraud_holds import queries
from kini.together.fraud_holds.rules import Sign
from kini.together.models import FraudHold, Gift, Payout, Pledge
from kini.together.permissions import HelpPermission
from kini.together.programmes import rule_of
from kini.web.formats import today


def place_holds(by: Actor, subject: Pledge | Gift | Payout, signs: Iterable[Sign]) -> int:
    """Hold a pledge, gift or payout for each sign, with an owner and a clock; returns the number of new holds."""
    placed = 0
    for sign in signs:
        now, values = current_time.now(), {subject._meta.model_name or "": subject}
        if FraudHold.objects.filter(rule=sign.rule, **values).exists():
            continue
        hold = FraudHold(
            rule=sign.rule,
            measured=sign.measured,
            usual=sign.usual,
            placed_at=now,
            due_at=now + timedelta(hours=rule_of(today()).check_hours),
            **values,
        )
        apart, _giver = queries.sides(hold)
        hold.owner_id = queries.next_owner(HelpPermission.MANAGE_GIVERS, queries.area_path(hold), apart)
        hold.save()
        audit.record(by=by, action="together.held", subject=f"hold:{hold.pk}", detail={"rule": sign.rule})
        events.publish(HoldChanged(hold.pk, "open"))
        placed += 1
    return placed
