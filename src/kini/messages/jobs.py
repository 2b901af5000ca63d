"""Jobs: send deliveries, answer inbound messages, continue with the next channel."""

from kini.core import current_time
from kini.core.events import subscribe
from kini.core.jobs import job, periodic
from kini.messages import actions, queries, replies, sender
from kini.people.events import ProfilesJoined


@job(actions.DELIVER_JOB, queue="messages")
def deliver(delivery: int) -> None:
    """Send one delivery."""
    sender.send_delivery(delivery)


@job(actions.ANSWER_JOB, queue="messages")
def answer(heard: int) -> None:
    """Answer an inbound message. Stored jobs hold the parameter's name."""
    replies.send_reply(heard)


@periodic("*/5 * * * *", name="messages.advance")
def advance() -> None:
    """Continue unseen messages with their next channel."""
    for message in queries.due_for_next_channel(current_time.now()):
        actions.try_next_channel(by=sender.SENDER, message=message)


@subscribe(ProfilesJoined, name="messages.merge_profiles")
def transfer_messages(event: ProfilesJoined) -> None:
    """Move the messages of a merged profile to the remaining one."""
    actions.transfer_messages(by=sender.SENDER, gone=event.gone, kept=event.kept, user=event.user)
