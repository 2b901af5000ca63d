"""Automatic replies to inbound SMS and WhatsApp messages. Rooms above register handlers."""

from collections.abc import Callable

from kini.core import attempt_limits
from kini.core.attempt_limits import Limit
from kini.core.registry import Registry
from kini.messages.models import InboundMessage

type ReplyHandler = Callable[[InboundMessage], str | None]
"""Returns the reply in the sender's language, or None if another handler should try. Must be idempotent."""

#: Called in order of registration; the first reply is sent.
reply_handlers: Registry[ReplyHandler] = Registry("reply handler")

#: Limit per sender, since each reply costs the city money.
REPLY_LIMIT = Limit("messages.answered", count=30, seconds=3600)


def reply_to(heard: InboundMessage) -> str:
    """Reply of the first handler that has one; empty if there is none or the sender exceeds the limit."""
    if not attempt_limits.try_consume(REPLY_LIMIT, heard.sender):
        return ""
    return next((said for each in reply_handlers if (said := each(heard))), "")
