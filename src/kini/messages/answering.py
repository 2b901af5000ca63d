"""Automatic replies to inbound SMS and WhatsApp messages. Rooms above register handlers."""

from collections.abc import Callable

from kini.core import limits
from kini.core.limits import Limit
from kini.core.registry import Registry
from kini.messages.models import Heard

type Answerer = Callable[[Heard], str | None]
"""Returns the reply in the sender's language, or None if another handler should try. Must be idempotent."""

#: Called in order of registration; the first reply is sent.
answerers: Registry[Answerer] = Registry("reply handler")

#: Limit per sender, since each reply costs the city money.
ANSWERED = Limit("messages.answered", count=30, seconds=3600)


def reply_to(heard: Heard) -> str:
    """Reply of the first handler that has one; empty if there is none or the sender exceeds the limit."""
    if not limits.hit(ANSWERED, heard.sender):
        return ""
    return next((said for each in answerers if (said := each(heard))), "")
