"""Registry of message types. The pack may override their texts (messages/TYPE.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from kini.core.registry import Registry


@dataclass(frozen=True, slots=True)
class MessageType:
    """A type of message.

    Attributes:
        about: description of when it is sent, for the preview page.
        words: allowed {placeholders} with example values; none may disclose a sensitive service.
        subject, text: default texts.
    """

    id: str
    about: str | Promise
    words: Mapping[str, str | Promise]
    subject: str | Promise
    text: str | Promise


message_types: Registry[MessageType] = Registry("message type")
