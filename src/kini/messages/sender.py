"""Sending of deliveries. Network calls run outside transactions; actions record the results."""

from kini.core.actors import system
from kini.messages import actions
from kini.messages.channels.base import PermanentFailure, TemporaryFailure, channels
from kini.messages.models import Delivery
from kini.messages.queries import opt_outs

SENDER = system("messages")


def send_delivery(pk: int) -> None:
    """Send one delivery, unless it is no longer waiting."""
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
