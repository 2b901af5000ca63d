"""Answers to what people write by SMS or WhatsApp. Rooms above register what they can answer."""

from collections.abc import Callable

from kini.core import limits
from kini.core.limits import Limit
from kini.core.registry import Registry
from kini.messages.models import Heard

type Answerer = Callable[[Heard], str | None]
"""What to answer, in the language of whoever wrote; None: this is for another one. Asked again it answers the same."""

#: Asked in the order in which they came; the first answer counts.
answerers: Registry[Answerer] = Registry("answer to what people write")

#: More than this from one number in an hour is not answered: each answer costs the city money.
ANSWERED = Limit("messages.answered", count=30, seconds=3600)


def reply_to(heard: Heard) -> str:
    """The answer, or nothing."""
    if not limits.hit(ANSWERED, heard.sender):
        return ""
    return next((said for each in answerers if (said := each(heard))), "")
