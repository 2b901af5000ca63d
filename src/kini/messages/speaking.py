"""Sending of messages. Network calls run outside transactions; actions record the results."""

from django.conf import settings

from kini.core.actors import system
from kini.core.models import OutboxMessage
from kini.messages import actions, answering, rules
from kini.messages.channels.base import channels
from kini.messages.handing import ChannelFault, Rejected
from kini.messages.models import Delivery, Heard
from kini.messages.providers.base import Outgoing
from kini.messages.providers.configured import providers
from kini.messages.queries import silences

BY = system("messages")


def hand_over(pk: int) -> None:
    """Send one delivery, unless it is no longer waiting."""
    delivery = Delivery.objects.select_related("message").filter(pk=pk, state="waiting").first()
    if delivery is None:
        return
    try:
        if silences([delivery.recipient]) & {(delivery.channel, delivery.recipient)}:
            raise Rejected("the person unsubscribed from this channel")
        handed = channels.get(delivery.channel).send(delivery)
    except Rejected as rejected:
        actions.note_fault(by=BY, delivery=delivery, fault=str(rejected), final=True)
    except ChannelFault as fault:
        actions.note_fault(by=BY, delivery=delivery, fault=str(fault), final=False)
    else:
        if handed:
            actions.note_handed(by=BY, delivery=delivery, handed=handed)


def answer(pk: int) -> None:
    """Answer an inbound message once, on its own channel."""
    heard = Heard.objects.filter(pk=pk, answered_at=None).first()
    provider = providers().get(heard.provider) if heard else None
    if heard is None or provider is None or not (reply := answering.reply_to(heard)):
        return
    reply = rules.sms(reply, {}) if heard.channel == "sms" else reply
    try:
        provider.send(Outgoing(heard.sender, reply))
    except Rejected as rejected:
        reply = f"({rejected})"
    if settings.ENV.outbox:
        OutboxMessage.objects.create(channel=heard.channel, recipient=heard.sender, text=reply)
    actions.answer(by=BY, heard=heard, reply=reply)
