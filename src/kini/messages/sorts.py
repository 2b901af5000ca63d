"""Sorts of messages. A room registers what it tells; the pack may say it in its own words (messages/SORT.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of message.

    Attributes:
        about: when it is sent, in words, for those who look at its texts.
        words: what a text may have in {braces}, each with an example; none of them may give a sensitive service away.
        subject, text: what is said where the pack says nothing else.
    """

    id: str
    about: str | Promise
    words: Mapping[str, str | Promise]
    subject: str | Promise
    text: str | Promise


sorts: Registry[Sort] = Registry("sort of message")
