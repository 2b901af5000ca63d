"""Automatic replies to inbound SMS and WhatsApp messages. Rooms above register handlers."""

from collections.abc import Callable

from django.conf import settings

from kini.core import attempt_limits
from kini.core.actors import system
from kini.core.attempt_limits import Limit
from kini.core.models import OutboxMessage
from kini.core.registry import Registry
from kini.messages import actions, rules
from kini.messages.channels.base import PermanentFailure
from kini.messages.models import InboundMessage
from kini.messages.providers.base import OutgoingMessage
from kini.messages.providers.configuration import configured_providers

type ReplyHandler = Callable[[InboundMessage], str | None]
"""Returns the reply in the sender's language, or None if another handler should try. Must be idempotent."""

#: Called in order of registration; the first reply is sent.
reply_handlers: Registry[ReplyHandler] = Registry("reply handler")

#: Limit per sender, since each reply costs the city money.
REPLY_LIMIT = Limit("messages.answered", count=30, seconds=3600)


def reply_to(inbound: InboundMessage) -> str:
    """Reply of the first handler that has one; empty if there is none or the sender exceeds the limit."""
    if not attempt_limits.try_consume(REPLY_LIMIT, inbound.sender):
        return ""
    return next((reply for handler in reply_handlers if (reply := handler(inbound))), "")


def send_reply(pk: int) -> None:
    """Answer an inbound message once, on its own channel."""
    inbound = InboundMessage.objects.filter(pk=pk, answered_at=None).first()
    provider = configured_providers().get(inbound.provider) if inbound else None
    if inbound is None or provider is None or not (reply := reply_to(inbound)):
        return
    reply = rules.sms_text(reply, {}) if inbound.channel == "sms" else reply
    try:
        provider.send(OutgoingMessage(inbound.sender, reply))
    except PermanentFailure as failure:
        reply = f"({failure})"
    if settings.ENV.outbox:
        OutboxMessage.objects.create(channel=inbound.channel, recipient=inbound.sender, text=reply)
    actions.record_reply(by=system("messages"), inbound=inbound, reply=reply)
