"""Jobs of tracing: end follow-ups whose days are over."""

from kini.core.actors import system
from kini.core.jobs import periodic
from kini.epidemic.tracing import actions
from kini.web.formats import today

BY = system("epidemic.tracing")


@periodic("23 18 * * *", name="epidemic.close_follow_ups")
def close_follow_ups() -> None:
    """End the follow-ups whose last day is over, after midnight in the city."""
    while actions.close_due(by=BY, day=today()):
        pass
