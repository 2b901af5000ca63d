"""Jobs: send deliveries, answer inbound messages, continue with the next channel."""

from kini.core import moments
from kini.core.events import listens
from kini.core.jobs import every, job
from kini.messages import actions, queries, speaking
from kini.people.events import ProfilesJoined


@job(actions.DELIVER, queue="messages")
def deliver(delivery: int) -> None:
    """Send one delivery."""
    speaking.hand_over(delivery)


@job(actions.ANSWER, queue="messages")
def answer(heard: int) -> None:
    """Answer an inbound message."""
    speaking.answer(heard)


@every("*/5 * * * *", name="messages.advance")
def advance() -> None:
    """Continue unseen messages with their next channel."""
    for message in queries.unseen(moments.now()):
        actions.advance(by=speaking.BY, message=message)


@listens(ProfilesJoined, name="messages.merge_profiles")
def bring_messages_along(event: ProfilesJoined) -> None:
    """Move the messages of a merged profile to the remaining one."""
    actions.hand_over(by=speaking.BY, gone=event.gone, kept=event.kept, user=event.user)
