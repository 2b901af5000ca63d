"""Scheduled work: send deliveries, pass unseen messages on to the next channel."""

from kini.core import moments
from kini.core.events import listens
from kini.core.jobs import every, job
from kini.messages import actions, queries, speaking
from kini.people.events import ProfilesJoined


@job(actions.DELIVER, queue="messages")
def deliver(delivery: int) -> None:
    """Hand one delivery to its channel."""
    speaking.hand_over(delivery)


@job(actions.ANSWER, queue="messages")
def answer(heard: int) -> None:
    """Answer what somebody wrote."""
    speaking.answer(heard)


@every("*/5 * * * *", name="messages.advance")
def advance() -> None:
    """Give the next channel its turn where nobody saw the message."""
    for message in queries.unseen(moments.now()):
        actions.advance(by=speaking.BY, message=message)


@listens(ProfilesJoined, name="messages.merge_profiles")
def bring_messages_along(event: ProfilesJoined) -> None:
    """What was told at a counter stands in the inbox of the joined profile."""
    actions.hand_over(by=speaking.BY, gone=event.gone, kept=event.kept, user=event.user)
