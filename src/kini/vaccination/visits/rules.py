"""Pure rules of visits: observation, days of the follow-up."""

from datetime import datetime, timedelta

#: Minutes that somebody stays after an injection; longer with a reaction to an earlier dose (WHO, PQS/immunization
#: safety; Kemenkes, HK.02.02/4/1/2021: 15 to 30 minutes).
OBSERVATION, LONG_OBSERVATION = timedelta(minutes=15), timedelta(minutes=30)
#: Days after a dose on which we ask how somebody is.
FOLLOW_UP_DAYS = (1, 3, 7)
#: Severities of which the health agency learns at once.
SERIOUS = ("serious", "death")


def observe_until(at: datetime, *, reacted_before: bool) -> datetime:
    """Return until when somebody stays at the site after an injection."""
    return at + (LONG_OBSERVATION if reacted_before else OBSERVATION)
