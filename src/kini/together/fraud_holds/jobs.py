"""Work of the worker: the clock of holds, and messages about them."""

from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import periodic
from kini.together.events import HoldChanged
from kini.together.fraud_holds import actions, notifications, queries

BY = system("together")


@periodic("*/10 * * * *", name="together.hold_clock")
def run_hold_clock() -> None:
    """Hand holds to the head when their time is over, and end those that the head did not decide."""
    for hold in queries.late_holds():
        actions.expire_hold(by=BY, hold=hold) or actions.escalate_hold(by=BY, hold=hold)


@subscribe(HoldChanged, name="together.notify_hold")
def notify_hold(event: HoldChanged) -> None:
    """Tell whom it concerns."""
    notifications.notify_of_hold(event.hold, event.state)
