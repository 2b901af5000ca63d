"""Jobs: send deliveries, answer inbound messages, continue with the next channel."""

from kini.core import current_time
from kini.core.actors import system
from kini.core.events import subscribe
from kini.core.jobs import job, periodic
from kini.messages import actions, queries, replies
from kini.messages.channels.base import PermanentFailure, TemporaryFailure, channels
from kini.messages.delivery_schedule import DELIVER_JOB
from kini.messages.models import Delivery
from kini.messages.queries import opt_outs
from kini.people.events import ProfilesJoined

SENDER = system("messages")


@job(DELIVER_JOB, queue="messages")
def deliver(delivery: int) -> None:
    """Send one delivery."""
    send_delivery(delivery)


@job(actions.ANSWER_JOB, queue="messages")
def answer(heard: int) -> None:
    """Answer an inbound message. Stored jobs hold the parameter's name."""
    replies.send_reply(heard)


@periodic("*/5 * * * *", name="messages.advance")
def advance() -> None:
    """Continue unseen messages with their next channel."""
    for message in queries.due_for_next_channel(current_time.now()):
        actions.try_next_channel(by=SENDER, message=message)


@subscribe(ProfilesJoined, name="messages.merge_profiles")
def transfer_messages(event: ProfilesJoined) -> None:
    """Move the messages of a merged profile to the remaining one."""
    actions.transfer_messages(by=SENDER, gone=event.gone, kept=event.kept, user=event.user)


def send_delivery(pk: int) -> None:
    """Send one delivery, unless it is no longer waiting.

    The network call runs outside transactions; an action records its result.
    """
    delivery = Delivery.objects.select_related("message").filter(pk=pk, state="waiting").first()
    if delivery is None:
        return
    try:
        if opt_outs([delivery.recipient]) & {(delivery.channel, delivery.recipient)}:
            raise PermanentFailure("the person unsubscribed from this channel")
        accepted = channels.get(delivery.channel).send(delivery)
    except PermanentFailure as failure:
        actions.record_failure(by=SENDER, delivery=delivery, fault=str(failure), final=True)
    except TemporaryFailure as failure:
        actions.record_failure(by=SENDER, delivery=delivery, fault=str(failure), final=False)
    else:
        if accepted:
            actions.record_accepted(by=SENDER, delivery=delivery, accepted=accepted)
