"""Sending of messages. Network calls run outside transactions; actions record the results."""

from django.conf import settings

from kini.core.actors import system
from kini.core.models import OutboxMessage
from kini.messages import actions, replies, rules
from kini.messages.channels.base import channels
from kini.messages.delivery_result import PermanentFailure, TemporaryFailure
from kini.messages.models import Delivery, InboundMessage
from kini.messages.providers.base import OutgoingMessage
from kini.messages.providers.configuration import configured_providers
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
    except PermanentFailure as rejected:
        actions.record_failure(by=SENDER, delivery=delivery, fault=str(rejected), final=True)
    except TemporaryFailure as fault:
        actions.record_failure(by=SENDER, delivery=delivery, fault=str(fault), final=False)
    else:
        if accepted:
            actions.record_accepted(by=SENDER, delivery=delivery, accepted=accepted)


def answer_message(pk: int) -> None:
    """Answer an inbound message once, on its own channel."""
    heard = InboundMessage.objects.filter(pk=pk, answered_at=None).first()
    provider = configured_providers().get(heard.provider) if heard else None
    if heard is None or provider is None or not (reply := replies.reply_to(heard)):
        return
    reply = rules.sms_text(reply, {}) if heard.channel == "sms" else reply
    try:
        provider.send(OutgoingMessage(heard.sender, reply))
    except PermanentFailure as rejected:
        reply = f"({rejected})"
    if settings.ENV.outbox:
        OutboxMessage.objects.create(channel=heard.channel, recipient=heard.sender, text=reply)
    actions.record_reply(by=SENDER, heard=heard, reply=reply)
