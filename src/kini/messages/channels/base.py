"""Interface and registry of delivery channels, and the results of a delivery."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal

from django.conf import settings
from django.utils.functional import Promise

from kini.core.models import OutboxMessage
from kini.core.registry import Registry
from kini.messages.models import Delivery
from kini.messages.recipients import Recipient


class TemporaryFailure(Exception):
    """Delivery failed; retry later."""


class PermanentFailure(Exception):
    """Delivery can never succeed (unknown number, opted out); the next channel is tried."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted message: `state` is "sent" if a receipt will follow, else "delivered"."""

    state: Literal["sent", "delivered"] = "delivered"
    provider: str = ""
    reference: str = ""


class Channel(ABC):
    """A delivery channel."""

    id: ClassVar[str]
    label: ClassVar[str | Promise]
    #: Used only if the person must act and no other channel was seen.
    last_resort: ClassVar[bool] = False

    @abstractmethod
    def ready(self) -> bool:
        """Return whether the channel is configured."""

    @abstractmethod
    def recipient(self, person: Recipient) -> str:
        """Address of the person on this channel; empty if there is none."""

    @abstractmethod
    def send(self, delivery: Delivery) -> Accepted | None:
        """Send a message; None means that a person must deliver it.

        Raises:
            TemporaryFailure: retry later.
            PermanentFailure: do not retry.
        """


#: Tried in this order, after the person's preferred channel.
channels: Registry[Channel] = Registry("message channel")


def show_in_outbox(delivery: Delivery, text: str) -> None:
    """Copy a sent text to the demo outbox."""
    if settings.ENV.outbox:
        OutboxMessage.objects.create(
            channel=delivery.channel, recipient=delivery.recipient, subject=delivery.message.subject, text=text
        )
