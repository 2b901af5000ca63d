"""Handing messages to channels. The talking is outside of any transaction; what came of it is noted by actions."""

from kini.core.actors import system
from kini.messages import actions
from kini.messages.channels.base import ChannelFault, Rejected, channels
from kini.messages.models import Delivery
from kini.messages.queries import silences

BY = system("messages")


def hand_over(pk: int) -> None:
    """Try to hand one delivery over, unless that has been done."""
    delivery = Delivery.objects.select_related("message").filter(pk=pk, state="waiting").first()
    if delivery is None:
        return
    try:
        if silences([delivery.recipient]) & {(delivery.channel, delivery.recipient)}:
            raise Rejected("the person ended messages by this channel")
        handed = channels.get(delivery.channel).send(delivery)
    except Rejected as rejected:
        actions.note_fault(by=BY, delivery=delivery, fault=str(rejected), final=True)
    except ChannelFault as fault:
        actions.note_fault(by=BY, delivery=delivery, fault=str(fault), final=False)
    else:
        if handed:
            actions.note_handed(by=BY, delivery=delivery, handed=handed)
