"""Work of the worker: pledges lapse in time, needs expire."""

from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.together import actions, notifications, queries
from kini.together.events import PledgeChanged

BY = system("together")


@periodic("*/5 * * * *", name="together.lapse_pledges")
def lapse_pledges() -> None:
    """Let pledges lapse whose time is over, each in its own transaction."""
    for pledge in queries.pledges_to_lapse():
        actions.lapse_pledge(by=BY, pledge=pledge)


@periodic("10 17 * * *", name="together.expire_needs")
def expire_needs() -> None:
    """End needs whose day is over (just after midnight in the city)."""
    actions.expire_needs(by=BY)


@periodic("30 17 * * *", name="together.publish_ledger")
def publish_ledger() -> None:
    """Publish the movements of days that are over (half an hour after midnight in the city)."""
    actions.publish_days(by=BY)


@periodic("40 * * * *", name="together.sign_heads")
def sign_heads() -> None:
    """Sign the heads of published days; hourly, for keys may be away for a while."""
    actions.sign_heads(by=BY)


@subscribe(PledgeChanged, name="together.notify", only=lambda event: event.state not in ("held", "on-the-way"))
def notify(event: PledgeChanged) -> None:
    """Tell the side that must know."""
    notifications.notify_of(event.pledge, event.state)
