"""Automatic replies to inbound SMS and WhatsApp messages. Rooms above register handlers."""

from collections.abc import Callable

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from kini.city.public import pack
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
from kini.people.public import contacts
from kini.people.queries import user_by_contact

type ReplyHandler = Callable[[InboundMessage], str | None]
"""Returns the reply in the sender's language, or None if another handler should try. Must be idempotent."""

#: Called in order of registration; the first reply is sent.
reply_handlers: Registry[ReplyHandler] = Registry("reply handler")
#: Called when none of them has a reply, for texts without a keyword.
fallback_handlers: Registry[ReplyHandler] = Registry("reply handler of texts without a keyword")

#: Limit per sender, since each reply costs the city money.
REPLY_LIMIT = Limit("messages.answered", count=30, seconds=3600)


def reply_to(inbound: InboundMessage) -> str:
    """Reply of the first handler that has one, else what one can write; empty if the sender exceeds the limit."""
    if not attempt_limits.try_consume(REPLY_LIMIT, inbound.sender):
        return ""
    handlers = (*reply_handlers, *fallback_handlers)
    return next((reply for handler in handlers if (reply := handler(inbound))), None) or _usage(inbound)


def _usage(inbound: InboundMessage) -> str:
    """Words that the city understands, the emergency number, and the way to everything else."""
    writer, city = user_by_contact(contacts.Contact("phone", inbound.sender)), pack.current()
    with translation.override((writer.language if writer else "") or city.languages[0]):
        usage = _("{city}: write STATUS and the case number, or REPORT and what is wrong. {emergency}Everything else:")
        emergency = _("Emergency: {number}. ").format(number=city.emergency[0].number) if city.emergency else ""
        return f"{usage.format(city=city.name, emergency=emergency)} {settings.ENV.address}/"


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
